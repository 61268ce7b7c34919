contract Vault { uint8 paused; }
