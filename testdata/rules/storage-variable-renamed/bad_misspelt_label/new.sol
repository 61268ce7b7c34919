//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
contract Vault {
    address owner;
    uint96 overriddenWeight; //~ INFO SL006: `overriddenWeight`
}
