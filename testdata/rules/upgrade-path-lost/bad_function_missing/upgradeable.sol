abstract contract Upgradeable {
    bytes32 constant SLOT = 0x360894a13ba1a3210667c828492db98dca3e2076cc3735a50d90f3e3c1dd3fdd;
    function authorizeUpgrade() internal virtual;
    function proxiableUUID() external pure returns (bytes32) { return SLOT; }
    function upgradeToAndCall(address next, bytes memory) public payable {
        authorizeUpgrade();
        assembly { sstore(0x360894a13ba1a3210667c828492db98dca3e2076cc3735a50d90f3e3c1dd3fdd, next) }
    }
}
abstract contract Upgradeable4 is Upgradeable {
    function upgradeTo(address next) external { upgradeToAndCall(next, ""); }
}
