contract Vault {
    uint256 limit;
    address owner;
}
