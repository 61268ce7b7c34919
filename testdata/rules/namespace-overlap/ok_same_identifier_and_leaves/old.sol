library MainStorage {
    /// @custom:storage-location erc7201:vault.main
    struct Layout { uint256 total; }
    function layout() internal pure returns (Layout storage l) {
        bytes32 slot = keccak256(abi.encode(uint256(keccak256("vault.main")) - 1)) & ~bytes32(uint256(0xff));
        assembly { l.slot := slot }
    }
}
contract Vault {
    function total() external view returns (uint256) { return MainStorage.layout().total; }
}
