//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
contract Vault {
    /// @custom:storage-location erc7201:vault.limits
    struct Limits { uint256 cap; }
    uint128 fee;
}
