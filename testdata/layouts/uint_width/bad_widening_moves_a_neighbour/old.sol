contract Vault { uint128 total; uint64 fee; }
