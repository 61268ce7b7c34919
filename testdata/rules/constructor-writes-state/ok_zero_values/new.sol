//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass

contract Vault {
    uint256 total = 0;
    bool paused = false;
    address owner = address(0);
    string name = "";
    constructor() {
        total = 0;
        delete owner;
    }
}
