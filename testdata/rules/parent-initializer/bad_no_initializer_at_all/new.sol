//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass

import "./parents.sol";
contract Vault is Ownable { //~ MEDIUM IN005 (proved, introduced): no initializer calls `__Ownable_init` of `Ownable` //~ MEDIUM SE003: `initialize(address)`
    uint256 total;
}
