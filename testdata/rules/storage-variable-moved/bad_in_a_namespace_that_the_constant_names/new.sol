//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
library Accounts {
    /// @custom:storage-location erc7201:example.main
    /// @dev keccak256(abi.encode(uint256(keccak256("example.main")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 public constant POSITION = 0x183a6125c38840424c4a85fa12bab2ab606c4b6d0e7cc73c0c06ba5300eab500;
    struct Data {
        bool paused; address payer; address owner; //~ HIGH SL001: `owner`
        uint256 total;
    }
    function data() internal pure returns (Data storage data_) {
        bytes32 position = POSITION;
        assembly { data_.slot := position }
    }
}
contract Vault {
    function total() external view returns (uint256) { return Accounts.data().total; }
}
