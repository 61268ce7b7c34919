//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
//@ settings: optimizer=200

contract Vault {
    function total() external pure returns (uint256) { return 1; }
}
