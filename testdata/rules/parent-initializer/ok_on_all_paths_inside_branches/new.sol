//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass

import "./parents.sol";
contract Vault is Ownable {
    function initialize(address owner) public initializer {
        if (owner == address(0)) {
            __Ownable_init(msg.sender);
        } else {
            __Ownable_init(owner);
        }
    }
}
