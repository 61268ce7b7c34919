contract Vault {
    function lock() external {}
}
