struct Config { uint128 fee; address owner; }
contract Vault { Config config; }
