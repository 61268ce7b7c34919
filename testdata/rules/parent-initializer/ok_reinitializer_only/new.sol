//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass

import "./parents.sol";
contract Vault is Ownable { //~ MEDIUM SE003: `initialize(address)`
    uint256 fee;
    function initializeV2(uint256 start) public reinitializer(2) { fee = start; }
}
