//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
contract Vault {
    bytes32 root; //~ MEDIUM SL014: `root`
    uint160 admin; //~ MEDIUM SL014: `admin`
}
