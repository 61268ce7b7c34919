abstract contract Upgradeable {
    address owner;
    function proxiableUUID() external pure virtual returns (bytes32);
    function upgradeToAndCall(address next, bytes memory) external payable {
        require(msg.sender == owner);
        bytes32 slot = bytes32(uint256(keccak256("eip1967.proxy.implementation")) - 1);
        assembly { sstore(slot, next) }
    }
}
