//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass

import "./parents.sol";
contract Vault is Ownable {
    function initialize(address owner) public initializer { //~ MEDIUM IN005 (pattern, introduced): does not call `__Ownable_init_unchained` of `Ownable` on every path
        if (owner != address(0)) {
            __Ownable_init(owner);
        }
    }
}
