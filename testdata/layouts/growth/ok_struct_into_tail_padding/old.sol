struct Config { uint128 fee; }
contract Vault { Config config; uint256 total; Config[] history; }
