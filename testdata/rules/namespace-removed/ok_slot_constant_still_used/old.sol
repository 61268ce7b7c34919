contract Vault {
    /// @custom:storage-location erc7201:vault.main
    struct Main { uint256 total; }
    // keccak256(abi.encode(uint256(keccak256("vault.main")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant MAIN = keccak256(abi.encode(uint256(keccak256("vault.main")) - 1)) & ~bytes32(uint256(0xff));
    function _main() private pure returns (Main storage $) {
        bytes32 slot = MAIN;
        assembly { $.slot := slot }
    }
    function total() external view returns (uint256) { return _main().total; }
}
