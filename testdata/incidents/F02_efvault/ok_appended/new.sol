//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
contract Vault { address asset; uint256 maxDeposit; uint256 maxWithdraw; bool paused; uint256 assetDecimal; }
