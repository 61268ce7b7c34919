contract Vault { uint256 constant fee = 1; uint256 total; }
