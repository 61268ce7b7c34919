contract Vault {
    uint256 constant LIMIT = 100;
    bytes32 public constant ROLE = keccak256("ROLE");
}
