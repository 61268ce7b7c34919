//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
abstract contract Base { uint256 a; uint256 b; uint256[48] private __gap; }
contract Vault is Base { uint256 total; }
