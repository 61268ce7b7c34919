contract Vault { string name; bytes data; }
