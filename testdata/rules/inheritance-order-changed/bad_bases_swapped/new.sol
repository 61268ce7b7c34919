//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
abstract contract A { uint256 a; }
abstract contract B { uint256 b; }
contract Vault is B, A {} //~ HIGH SL007: `a`
