contract Vault { uint128 total; uint256 locked; uint64 fee; }
