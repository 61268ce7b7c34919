contract Vault {
    /// @custom:storage-location erc7201:vault.ownable
    struct OwnableStorage { address _owner; }
    uint256 x;
}
