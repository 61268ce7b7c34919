//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
//@ code-size-limit: 660

contract Vault { //~ LOW DF006 (proved, introduced): of 660 bytes
    function total(uint256 a, uint256 b) external pure returns (uint256) { return a * b + a / b; }
}
