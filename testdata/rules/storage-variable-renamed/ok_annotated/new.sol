//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
contract Vault {
    /// @custom:oz-renamed-from fee
    uint256 margin;
}
