//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail

contract Vault {
    uint256 total;
    function collate_propagate_storage(bytes16) external { total = 0; } //~ HIGH SE004 (proved, introduced): `burn(uint256)`
}
