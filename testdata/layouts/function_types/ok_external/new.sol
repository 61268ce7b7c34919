//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
contract Vault { function(uint256) external returns (uint256) hook; }
