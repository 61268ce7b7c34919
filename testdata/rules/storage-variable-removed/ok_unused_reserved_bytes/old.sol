contract Vault { uint256 total; uint256[50] private __gap; }
