contract Vault {
    uint256 limit;
}
