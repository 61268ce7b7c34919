//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
struct Config { uint128 fee; uint64 cap; }
contract Vault { Config config; uint256 total; Config[] history; }
