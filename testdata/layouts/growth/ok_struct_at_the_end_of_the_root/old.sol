struct Config { uint256 fee; }
contract Vault { uint256 total; Config config; }
