//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail

import "./base.sol";
contract Vault is Base {
    function close() external {
        end(); //~ HIGH DC002 (proved, introduced): `close()`
    }
}
