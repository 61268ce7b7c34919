contract Vault {
    uint256 total;
    uint256 constant feeBasisPoints = 30;
    uint256 constant lastDay = 0;
    bool done;
}
