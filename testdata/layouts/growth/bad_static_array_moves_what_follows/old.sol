contract Vault { uint256[2] fees; uint256 total; }
