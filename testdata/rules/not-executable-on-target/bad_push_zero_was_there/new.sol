//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
//@ hardfork: paris

contract Vault { //~ HIGH DF005 (proved, existing): `PUSH0`
    function total() external pure returns (uint256) { return 2; }
}
