contract Vault { uint128[] shares; }
