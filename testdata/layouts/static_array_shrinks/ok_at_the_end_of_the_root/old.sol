contract Vault { uint256 total; uint256[3] fees; }
