abstract contract A { uint256 a; }
abstract contract B { uint256 b; }
contract Vault is A, B {}
