contract Vault { uint256 fee; uint256 cap; }
