contract Vault {
    uint256 total;
    function totalAssets() external view returns (uint256) { return total; }
}
