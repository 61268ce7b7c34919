contract Vault { int128 delta; }
