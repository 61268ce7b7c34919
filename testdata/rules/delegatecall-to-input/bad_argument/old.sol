contract Vault {
    function execute(address target, bytes calldata data) external {
        target; data;
    }
}
