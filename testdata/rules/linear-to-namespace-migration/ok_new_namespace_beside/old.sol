contract Vault { uint128 fee; }
