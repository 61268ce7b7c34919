//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail

import "./upgradeable.sol";
contract Vault { //~ CRITICAL PX002 (proved, introduced): never be upgraded again //~ MEDIUM SE003: `proxiableUUID()` //~ MEDIUM SE003: `upgradeToAndCall(address,bytes)` //~ LOW NS001: `eip1967.proxy.implementation`
    address owner;
}
