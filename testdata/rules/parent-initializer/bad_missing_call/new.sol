//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass

import "./parents.sol";
contract Vault is Limited {
    function initialize(address) public initializer { //~ MEDIUM IN005 (proved, introduced): never calls `__Ownable_init` of `Ownable`
        __Limited_init_unchained();
    }
}
