//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
//@ proxy: transparent
import "./upgradeable.sol";
contract Vault { //~ MEDIUM SE003: `proxiableUUID()` //~ MEDIUM SE003: `upgradeToAndCall(address,bytes)` //~ LOW NS001: `eip1967.proxy.implementation`
    address owner;
}
