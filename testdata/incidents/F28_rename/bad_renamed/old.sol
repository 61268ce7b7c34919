contract Vault { uint256 fee; }
