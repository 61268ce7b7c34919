contract Vault { bytes4 tag; }
