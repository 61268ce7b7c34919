contract Vault { address owner; uint256[10] private __gap; uint256 total; }
