//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
contract Vault {
    bytes20 token; //~ MEDIUM SL014: `token`
}
