contract Vault { uint256 total; uint256 constant FEE = 1; }
