contract Vault {
    uint256 immutable cap = 1000;
    function get() external view returns (uint256, address) { return (cap, address(0)); }
}
