//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
enum Phase { Open, Closed }
contract Vault {
    Phase phase; //~ HIGH SL003: `phase`
}
