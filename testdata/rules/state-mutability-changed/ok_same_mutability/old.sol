contract Vault {
    uint256 cached;
    function price() public view returns (uint256) { return cached; }
}
