//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass

contract Vault {
    uint256 status;
    constructor() { status = 1; }
    modifier nonReentrant() {
        require(status != 2);
        status = 2;
        _;
        status = 1;
    }
    function run() external nonReentrant {}
}
