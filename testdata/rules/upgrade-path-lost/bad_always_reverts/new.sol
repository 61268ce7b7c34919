//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail

import "./upgradeable.sol";
contract Vault is Upgradeable { //~ CRITICAL PX002 (proved, introduced): reverts
    address owner;
    function authorizeUpgrade() internal pure override { revert(); }
}
