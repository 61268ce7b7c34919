//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail   //@ upgrade-call: migrate(0x0000000000000000000000000000000000000001)
contract Vault {
    struct Offer { address _owner; }
    /// @custom:storage-location erc7201:vault.ownable
    struct OwnableStorage {
        address _owner; //~ CRITICAL NS005: `_owner`
        mapping(uint256 => Offer) offers;
    }
    bytes32 private constant LOCATION = keccak256(abi.encode(uint256(keccak256("vault.ownable")) - 1)) & ~bytes32(uint256(0xff));
    function _storage() private pure returns (OwnableStorage storage $) {
        bytes32 slot = LOCATION;
        assembly { $.slot := slot }
    }
    function owner() external view returns (address) { return _storage()._owner; }
    function migrate(address owner_) external {
        Offer storage offer = _storage().offers[0];
        offer._owner = owner_;
    }
}
