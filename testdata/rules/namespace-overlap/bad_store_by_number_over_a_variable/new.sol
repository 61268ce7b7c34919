//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: review
contract Vault {
    uint256 total; //~ CRITICAL NS004 (pattern, introduced): `total`
    function totalAssets() external view returns (uint256) { return total; }
    function set(uint256 value) external { assembly { sstore(0, value) } }
}
