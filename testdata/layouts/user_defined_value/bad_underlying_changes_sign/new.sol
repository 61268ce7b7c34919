//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
type Shares is int256;
contract Vault {
    Shares total; //~ HIGH SL003: `total`
}
