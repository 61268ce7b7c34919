contract Vault {
    bool paused;
    function execute(address target, bytes calldata data) external {
        target; data;
    }
}
