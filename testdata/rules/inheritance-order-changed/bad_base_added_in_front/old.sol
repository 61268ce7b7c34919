abstract contract Owned { address owner; }
abstract contract Pausable { bool paused; uint256 since; }
contract Vault is Owned { uint256 total; }
