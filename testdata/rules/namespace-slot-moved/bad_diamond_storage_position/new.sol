//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
contract Vault {
    struct Main { uint256 total; address owner; }
    bytes32 private constant POSITION = keccak256("vault.storage.v2"); //~ CRITICAL NS003: `POSITION`
    function _main() private pure returns (Main storage ds) {
        bytes32 position = POSITION;
        assembly { ds.slot := position }
    }
    function total() external view returns (uint256) { return _main().total; }
}
