//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
contract Vault {
    uint64 total; //~ HIGH SL003: `total`
}
