contract Vault {
    uint256 total;
}
