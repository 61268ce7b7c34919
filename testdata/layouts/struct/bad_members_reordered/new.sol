//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
struct Config {
    uint128 cap;
    uint128 fee; //~ HIGH SL001: config.
}
contract Vault { Config config; }
