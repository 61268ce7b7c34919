//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
contract Vault {
    uint256 total;
    fallback() external payable {}
    function totalAssets() external view returns (uint256) { return total; }
}
