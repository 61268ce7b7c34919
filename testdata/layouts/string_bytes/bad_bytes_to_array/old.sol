contract Vault { bytes data; }
