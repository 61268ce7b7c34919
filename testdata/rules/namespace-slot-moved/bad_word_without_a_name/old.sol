contract Vault {
    function initialize(uint256 total) external {
        bytes32 position = keccak256("vault.total");
        assembly { sstore(position, total) }
    }
    function totalAssets() external view returns (uint256 total) {
        bytes32 position = keccak256("vault.total");
        assembly { total := sload(position) }
    }
}
