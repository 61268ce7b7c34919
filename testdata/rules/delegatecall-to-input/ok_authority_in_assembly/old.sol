contract Vault {
    address owner;
    function execute(address target) external { target; }
}
