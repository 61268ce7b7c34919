//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
struct Config { uint256 fee; uint256 cap; }
contract Vault { uint256 total; Config config; }
