//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
abstract contract Owned { address owner; }
abstract contract Pausable { bool paused; uint256 since; }
contract Vault is Pausable, Owned { //~ HIGH SL007: `owner`
    uint256 total;
}
