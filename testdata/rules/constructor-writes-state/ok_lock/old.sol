contract Vault {
    uint256 status;
    modifier nonReentrant() {
        require(status != 2);
        status = 2;
        _;
        status = 1;
    }
    function run() external nonReentrant {}
}
