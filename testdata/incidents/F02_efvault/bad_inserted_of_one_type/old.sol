contract Vault { address asset; uint256 maxDeposit; uint256 maxWithdraw; bool paused; }
