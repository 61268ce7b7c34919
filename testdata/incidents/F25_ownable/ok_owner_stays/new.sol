//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
abstract contract OwnableUpgradeable { address private _owner; function owner() public view returns (address) { return _owner; } uint256[49] private __gap; }
contract Vault is OwnableUpgradeable { uint256 total; uint256 fee; }
