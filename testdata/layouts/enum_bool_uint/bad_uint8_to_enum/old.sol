contract Vault { uint8 phase; }
