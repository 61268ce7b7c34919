contract Vault { address owner; bool paused; }
