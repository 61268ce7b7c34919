//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
contract Vault {
    uint256 total;
    function totalAssets() external view returns (uint256) { return total; }
    function set(uint256 value) external { assembly { sstore(total.slot, value) } }
    function first() external view returns (uint256 word) { assembly { word := sload(0) } }
}
