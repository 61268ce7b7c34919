contract Vault { uint256 root; }
