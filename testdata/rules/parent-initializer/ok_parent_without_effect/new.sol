//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass

import "./parents.sol";
contract Vault is Ownable, Upgrader {
    function initialize(address owner) public initializer {
        __Ownable_init(owner);
    }
}
