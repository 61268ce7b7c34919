//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail

contract Vault {
    address owner;
    constructor() {
        owner = msg.sender; //~ HIGH IN006 (proved, introduced): `owner`
    }
}
