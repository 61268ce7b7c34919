contract Vault { uint256[] fees; }
