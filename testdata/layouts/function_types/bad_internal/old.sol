contract Vault { function(uint256) internal returns (uint256) hook; }
