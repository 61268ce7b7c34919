contract Vault {
    function execute(address target) external { target; }
}
