contract Vault {
    uint256 total;
    uint256 constant feeBasisPoints = 30;
}
