//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
//@ code-size-limit: 2000

contract Vault {
    function total() external pure returns (uint256) { return 2; }
}
