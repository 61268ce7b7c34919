contract Vault {
    uint256 total;
    function set(uint256 cap) external { assembly { sstore(1, cap) } }
    function cap() external view returns (uint256 current) { assembly { current := sload(1) } }
}
