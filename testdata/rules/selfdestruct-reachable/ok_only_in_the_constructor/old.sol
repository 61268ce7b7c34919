contract Vault {
    function close() external {}
}
