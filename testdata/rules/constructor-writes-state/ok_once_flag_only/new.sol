//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass

contract Vault {
    bool initialized;
    address owner;
    constructor() {
        initialized = true;
    }
    function initialize() external {
        require(!initialized);
        initialized = true;
        owner = msg.sender;
    }
}
