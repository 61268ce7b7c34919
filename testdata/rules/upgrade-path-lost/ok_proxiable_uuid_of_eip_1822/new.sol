//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
import "./upgradeable.sol";
contract Vault is Upgradeable {
    bytes32 public constant NAME = keccak256("PROXIABLE");
    function proxiableUUID() external pure override returns (bytes32) { return NAME; }
}
