contract Vault { uint256 root; address admin; }
