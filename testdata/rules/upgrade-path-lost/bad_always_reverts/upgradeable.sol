abstract contract Upgradeable {
    bytes32 constant SLOT = 0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc;
    function authorizeUpgrade() internal virtual;
    function proxiableUUID() external pure returns (bytes32) { return SLOT; }
    function upgradeToAndCall(address next, bytes memory) public payable {
        authorizeUpgrade();
        assembly { sstore(SLOT, next) }
    }
}
abstract contract Upgradeable4 is Upgradeable {
    function upgradeTo(address next) external { upgradeToAndCall(next, ""); }
}
