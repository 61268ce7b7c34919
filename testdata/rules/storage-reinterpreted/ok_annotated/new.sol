//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
contract Vault {
    /// @custom:oz-retyped-from uint256
    bytes32 root;
}
