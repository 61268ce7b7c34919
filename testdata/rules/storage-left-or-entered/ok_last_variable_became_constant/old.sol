contract Vault { uint256 total; uint256 fee; }
