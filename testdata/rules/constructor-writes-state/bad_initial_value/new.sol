//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail

contract Vault {
    uint256 limit = 100 ether; //~ HIGH IN006 (proved, introduced): `limit`
}
