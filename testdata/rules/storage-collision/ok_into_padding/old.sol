contract Vault { address owner; uint256 total; }
