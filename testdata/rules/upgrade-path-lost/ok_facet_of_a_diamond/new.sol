//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
//@ proxy: diamond
contract Vault {
    function total() external pure returns (uint256) { return 1; }
}
