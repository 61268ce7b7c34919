contract Vault {
    /// @custom:storage-location erc7201:vault.main
    struct Main { uint256 total; address owner; }
    uint256 x;
}
