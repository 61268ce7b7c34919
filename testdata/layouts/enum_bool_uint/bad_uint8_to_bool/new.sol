//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
contract Vault {
    bool paused; //~ HIGH SL003: `paused`
}
