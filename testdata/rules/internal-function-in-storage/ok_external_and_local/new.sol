//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
contract Vault {
    function() external hook;
    function one() internal pure returns (uint256) { return 1; }
    function twice() internal pure returns (uint256) {
        function() internal pure returns (uint256) f = one;
        return f() + f();
    }
}
