//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
contract Vault {
    bytes32 root; //~ MEDIUM SL014: `root`
}
