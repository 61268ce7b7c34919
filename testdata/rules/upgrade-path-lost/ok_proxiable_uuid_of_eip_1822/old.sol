import "./upgradeable.sol";
contract Vault is Upgradeable {
    function proxiableUUID() external pure override returns (bytes32) { return keccak256("PROXIABLE"); }
}
