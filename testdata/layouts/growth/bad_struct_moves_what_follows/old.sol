struct Config { uint256 fee; }
contract Vault { Config config; uint256 total; }
