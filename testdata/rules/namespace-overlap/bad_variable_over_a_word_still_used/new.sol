//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
contract Vault {
    uint256 total;
    uint256 fee; //~ CRITICAL NS004 (proved, introduced): assembly stores to slot 1
    function set(uint256 cap) external { assembly { sstore(1, cap) } }
    function cap() external view returns (uint256 current) { assembly { current := sload(1) } }
}
