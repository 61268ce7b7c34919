//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
contract Vault {
    /// @custom:storage-location erc7201:vault.ownable
    struct OwnableStorage { address _owner; address _pendingOwner; }
    uint256 x;
}
