//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
enum Phase { Closed, Open }
contract Vault {
    Phase phase; //~ HIGH SL003: `phase`
}
