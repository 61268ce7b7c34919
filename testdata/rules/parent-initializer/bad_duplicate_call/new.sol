//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass

import "./parents.sol";
contract Vault is Limited {
    function initialize(address owner) public initializer { //~ MEDIUM IN005 (proved, introduced): runs `__Ownable_init_unchained` of `Ownable` twice
        __Ownable_init(owner);
        __Limited_init(owner);
    }
}
