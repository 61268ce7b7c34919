//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
struct Config {
    uint256 fee;
    uint256 cap; //~ HIGH SL001: `total`
}
contract Vault { Config config; uint256 total; }
