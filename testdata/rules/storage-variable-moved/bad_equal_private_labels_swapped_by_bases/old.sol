contract A { uint256 private x; }
contract B { uint256 private x; }
contract Vault is A, B { uint256 total; }
