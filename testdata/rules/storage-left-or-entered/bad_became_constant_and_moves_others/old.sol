contract Vault { uint256 fee = 1; uint256 total; }
