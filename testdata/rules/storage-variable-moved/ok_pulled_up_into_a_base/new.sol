//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
abstract contract Base { address owner; }
contract Vault is Base { uint256 total; }
