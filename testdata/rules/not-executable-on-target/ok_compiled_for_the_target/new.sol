//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
//@ hardfork: paris   //@ settings: evm=paris

contract Vault {
    function total() external pure returns (uint256) { return 2; }
}
