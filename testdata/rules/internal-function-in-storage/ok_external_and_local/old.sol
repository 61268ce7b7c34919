contract Vault { function() external hook; }
