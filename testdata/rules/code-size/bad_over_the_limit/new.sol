//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
//@ code-size-limit: 550

contract Vault { //~ HIGH DF004 (proved, introduced): the target accepts 550
    function total(uint256 a, uint256 b) external pure returns (uint256) { return a * b + a / b; }
}
