abstract contract Base { address owner; uint256[9] private __gap; }
contract Vault is Base { uint256 total; }
