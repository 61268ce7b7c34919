contract Vault {
    uint256 total;
    function execute(address target) external {
        (bool ok,) = target.delegatecall("");
        ok;
    }
}
