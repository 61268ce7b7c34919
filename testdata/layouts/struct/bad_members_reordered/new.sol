//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
struct Config {
    uint128 cap; //~ HIGH SL001: config.
    uint128 fee;
}
contract Vault { Config config; }
