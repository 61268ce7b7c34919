//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
contract Vault { //~ MEDIUM SE003: `receive` is gone //~ MEDIUM SE003: `fallback` is gone
    uint256 total;
    function totalAssets() external view returns (uint256) { return total; }
}
