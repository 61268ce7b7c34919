//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: review
contract Vault {
    /// @custom:storage-location erc7201:vault.ownable
    struct OwnableStorage {
        address _owner; //~ HIGH NS006: `initializeV2(address)`
    }
    uint64 private _initialized;
    modifier reinitializer(uint64 version) {
        require(_initialized < version);
        _initialized = version;
        _;
    }
    bytes32 private constant LOCATION = keccak256(abi.encode(uint256(keccak256("vault.ownable")) - 1)) & ~bytes32(uint256(0xff));
    function _storage() private pure returns (OwnableStorage storage $) {
        bytes32 slot = LOCATION;
        assembly { $.slot := slot }
    }
    function initializeV2(address owner_) external reinitializer(2) { _storage()._owner = owner_; }
    function owner() external view returns (address) { return _storage()._owner; }
}
