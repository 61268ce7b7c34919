contract Vault {
    struct Pool { uint256 feeBasisPoints; }
    uint256 total;
    mapping(uint256 => Pool) pools;
    uint256 constant feeBasisPoints = 30;
}
