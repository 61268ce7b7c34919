contract Vault { uint256 total; address owner; }
