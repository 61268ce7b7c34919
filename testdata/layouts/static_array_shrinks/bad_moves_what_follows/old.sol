contract Vault { uint256[3] fees; uint256 total; }
