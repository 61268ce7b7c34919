contract Vault {}
