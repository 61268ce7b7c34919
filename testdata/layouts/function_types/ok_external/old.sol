contract Vault { function(uint256) external returns (uint256) hook; }
