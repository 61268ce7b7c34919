contract Vault { uint256[1] fees; }
