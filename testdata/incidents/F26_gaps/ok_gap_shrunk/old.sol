abstract contract Base { uint256 a; uint256[49] private __gap; }
contract Vault is Base { uint256 total; }
