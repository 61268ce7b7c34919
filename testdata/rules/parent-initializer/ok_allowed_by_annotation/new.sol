//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass

import "./parents.sol";
contract Vault is Ownable {
    /// @custom:oz-upgrades-unsafe-allow missing-initializer-call
    function initialize(address) public initializer {
    }
}
