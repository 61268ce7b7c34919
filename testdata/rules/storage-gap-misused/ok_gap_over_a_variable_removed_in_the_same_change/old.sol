abstract contract Base { address owner; uint256 fee; uint256[8] private __gap; }
contract Vault is Base { uint256 total; }
