//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: review
contract Vault {
    bytes32 private constant ADMIN_SLOT = keccak256("vault.admin"); //~ CRITICAL NS003 (pattern, introduced): `OWNER_SLOT`
    function initialize(address first) external {
        bytes32 position = ADMIN_SLOT;
        assembly { sstore(position, first) }
    }
    function owner() external view returns (address current) {
        bytes32 position = ADMIN_SLOT;
        assembly { current := sload(position) }
    }
}
