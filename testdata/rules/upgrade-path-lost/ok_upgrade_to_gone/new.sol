//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass

import "./upgradeable.sol";
contract Vault is Upgradeable { //~ MEDIUM SE003: `upgradeTo(address)`
    address owner;
    function authorizeUpgrade() internal view override { require(msg.sender == owner); }
}
