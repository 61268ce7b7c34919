contract Vault { bool paused; address owner; }
