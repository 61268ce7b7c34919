//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
enum Phase { Open, Shut }
contract Vault {
    Phase phase; //~ INFO SL006: `Closed`
}
