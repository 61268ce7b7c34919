//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
import "./upgradeable.sol";
library Slots {
    bytes32 internal constant IMPLEMENTATION = bytes32(uint256(keccak256("eip1967.proxy.implementation")) - 1);
}
contract Vault is Upgradeable {
    function proxiableUUID() external pure override returns (bytes32) { return Slots.IMPLEMENTATION; }
}
