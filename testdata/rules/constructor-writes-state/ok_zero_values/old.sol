contract Vault {
    uint256 total;
    bool paused;
    address owner;
    string name;
}
