contract Vault {
    function execute(address target) external { target; }
    function run(address target) external { target; }
}
