abstract contract A { uint256 a; }
abstract contract Guard { modifier guarded() { _; } }
contract Vault is A { uint256 total; }
