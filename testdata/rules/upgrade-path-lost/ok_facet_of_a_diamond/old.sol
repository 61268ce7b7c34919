contract Vault {
    function total() external pure returns (uint256) { return 0; }
}
