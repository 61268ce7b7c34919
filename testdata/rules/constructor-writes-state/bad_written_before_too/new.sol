//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass

contract Vault {
    address owner;
    constructor() {
        owner = msg.sender; //~ HIGH IN006 (proved, existing): `owner`
    }
}
