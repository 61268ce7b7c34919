//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: review

contract Vault {
    uint256 limit;
    constructor() {
        if (block.chainid == 1) {
            limit = 100; //~ HIGH IN006 (pattern, introduced): `limit`
        }
    }
}
