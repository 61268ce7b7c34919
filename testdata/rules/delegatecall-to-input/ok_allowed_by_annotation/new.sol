//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass

import "./address.sol";
contract Vault {
    /// @custom:oz-upgrades-unsafe-allow-reachable delegatecall
    function execute(address target) external { Address.delegate(target); }
    /// @custom:oz-upgrades-unsafe-allow delegatecall
    function run(address target) external { (bool ok,) = target.delegatecall(""); ok; }
}
