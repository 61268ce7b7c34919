contract Vault { uint256 fee; address owner; }
