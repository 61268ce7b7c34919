struct Config { uint128 fee; uint128 cap; }
contract Vault { Config config; }
