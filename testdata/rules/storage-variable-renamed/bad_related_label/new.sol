//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
contract Vault {
    uint256 feeBps; //~ INFO SL006: `feeBps`
    address _owner; //~ INFO SL006: `_owner`
}
