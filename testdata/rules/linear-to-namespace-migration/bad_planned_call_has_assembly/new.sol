//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: review   //@ upgrade-call: migrate(0)
contract Vault {
    /// @custom:storage-location erc7201:vault.ownable
    struct OwnableStorage {
        address _owner; //~ CRITICAL NS005: `_owner`
    }
    bytes32 private constant LOCATION = keccak256(abi.encode(uint256(keccak256("vault.ownable")) - 1)) & ~bytes32(uint256(0xff));
    function _storage() private pure returns (OwnableStorage storage $) {
        bytes32 slot = LOCATION;
        assembly { $.slot := slot }
    }
    function owner() external view returns (address) { return _storage()._owner; }
    function migrate(uint256 from) external {
        bytes32 slot = LOCATION;
        assembly { sstore(slot, sload(from)) }
    }
}
