//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass

import "./parents.sol";
contract Vault is Limited {
    function initialize(address owner) public initializer { //~ MEDIUM IN005 (pattern, introduced): runs `__Ownable_init_unchained` of `Ownable` after
        __Limited_init_unchained();
        __Ownable_init(owner);
    }
}
