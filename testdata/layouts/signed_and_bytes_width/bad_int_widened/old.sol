contract Vault { int64 delta; }
