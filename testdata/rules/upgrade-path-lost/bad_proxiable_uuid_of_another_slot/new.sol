//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
import "./upgradeable.sol";
contract Vault is Upgradeable {
    bytes32 constant SLOT = keccak256("eip1967.proxy.implementation");
    function proxiableUUID() external pure override returns (bytes32) { return SLOT; } //~ CRITICAL PX002: `proxiableUUID`
}
