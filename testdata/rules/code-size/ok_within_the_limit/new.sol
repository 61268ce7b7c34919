//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass

contract Vault {
    function total() external pure returns (uint256) { return 2; }
}
