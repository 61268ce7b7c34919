//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail

import "./base.sol";
contract Vault is Base { //~ HIGH IN006 (proved, introduced): `owner`
    constructor() Base(msg.sender) {}
}
