//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
abstract contract A { uint256 a; }
abstract contract Guard { modifier guarded() { _; } }
contract Vault is Guard, A { uint256 total; }
