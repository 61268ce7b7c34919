contract Vault { address owner; }
