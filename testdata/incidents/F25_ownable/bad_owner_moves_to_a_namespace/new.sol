//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
abstract contract OwnableUpgradeable {
    /// @custom:storage-location erc7201:openzeppelin.storage.Ownable
    struct OwnableStorage {
        address _owner; //~ CRITICAL NS005: `_owner`
    }
    bytes32 private constant OwnableStorageLocation = 0x9016d09d72d40fdae2fd8ceac6b6234c7706214fd39c1cd1e609a0528c199300;
    function _getOwnableStorage() private pure returns (OwnableStorage storage $) {
        assembly { $.slot := OwnableStorageLocation }
    }
    function owner() public view returns (address) { return _getOwnableStorage()._owner; }
}
contract Vault is OwnableUpgradeable { uint256 total; }
