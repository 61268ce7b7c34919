import "./upgradeable.sol";
contract Vault is Upgradeable {
    function proxiableUUID() external pure override returns (bytes32) {
        return 0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc;
    }
}
