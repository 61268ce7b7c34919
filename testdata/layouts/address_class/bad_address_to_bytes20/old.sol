contract Vault { address token; }
