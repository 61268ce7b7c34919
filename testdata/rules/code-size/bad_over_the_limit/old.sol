contract Vault {
    function total(uint256 a, uint256 b) external pure returns (uint256) { assembly { mstore(0, add(a, b)) return(0, 32) } }
}
