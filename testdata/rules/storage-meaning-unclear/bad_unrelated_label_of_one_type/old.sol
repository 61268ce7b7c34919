contract Vault { uint256 maxDeposit; uint256 total; }
