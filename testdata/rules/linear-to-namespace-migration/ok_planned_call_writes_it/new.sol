//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass   //@ upgrade-call: migrate(0x0000000000000000000000000000000000000001)
contract Vault {
    /// @custom:storage-location erc7201:vault.ownable
    struct OwnableStorage { address _owner; }
    bytes32 private constant LOCATION = keccak256(abi.encode(uint256(keccak256("vault.ownable")) - 1)) & ~bytes32(uint256(0xff));
    function _storage() private pure returns (OwnableStorage storage $) {
        bytes32 slot = LOCATION;
        assembly { $.slot := slot }
    }
    function owner() external view returns (address) { return _storage()._owner; }
    function migrate(address owner_) external { _storage()._owner = owner_; }
}
