contract Vault { uint256 total; uint256[10] private __gap; }
