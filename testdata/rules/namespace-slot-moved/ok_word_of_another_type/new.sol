//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
contract Vault { //~ LOW NS001: `OWNER_SLOT` //~ MEDIUM SE003: `owner()`
    bytes32 private constant CAP_SLOT = keccak256("vault.cap");
    function initialize(uint256 first) external {
        bytes32 position = CAP_SLOT;
        assembly { sstore(position, first) }
    }
    function cap() external view returns (uint256 current) {
        bytes32 position = CAP_SLOT;
        assembly { current := sload(position) }
    }
}
