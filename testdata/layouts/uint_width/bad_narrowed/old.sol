contract Vault { uint128 total; }
