contract Vault {
    bytes32 private constant OWNER_SLOT = keccak256("vault.owner");
    function initialize(address first) external {
        bytes32 position = OWNER_SLOT;
        assembly { sstore(position, first) }
    }
    function owner() external view returns (address current) {
        bytes32 position = OWNER_SLOT;
        assembly { current := sload(position) }
    }
}
