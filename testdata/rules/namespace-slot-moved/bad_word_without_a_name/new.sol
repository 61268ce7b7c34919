//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: review
contract Vault { //~ CRITICAL NS003 (pattern, introduced): the value stays behind
    function initialize(uint256 total) external {
        bytes32 position = keccak256("vault.total.v2");
        assembly { sstore(position, total) }
    }
    function totalAssets() external view returns (uint256 total) {
        bytes32 position = keccak256("vault.total.v2");
        assembly { total := sload(position) }
    }
}
