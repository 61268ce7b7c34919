//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
contract Vault {
    /// @custom:oz-renamed-from maxDeposit
    uint256 assetDecimal;
    uint256 total;
}
