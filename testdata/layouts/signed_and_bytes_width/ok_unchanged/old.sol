contract Vault { int64 delta; bytes4 tag; }
