contract Vault {
    uint8 private version;
    address private owner;
    uint256 total;
    function initialize(address first) external {
        require(version == 0 && owner == address(0));
        version = 1;
        owner = first;
    }
    function totalAssets() external view returns (uint256) { return total; }
}
