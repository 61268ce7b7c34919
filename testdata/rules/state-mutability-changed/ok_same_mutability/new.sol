//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass

contract Vault {
    uint256 cached;
    function price() external view returns (uint256) { return cached + 1; }
}
