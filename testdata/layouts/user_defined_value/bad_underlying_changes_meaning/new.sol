//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
type Shares is bytes32;
contract Vault {
    Shares total; //~ MEDIUM SL014: `total`
}
