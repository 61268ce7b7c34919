//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
contract Vault {
    int256 total; //~ HIGH SL003: `total`
}
