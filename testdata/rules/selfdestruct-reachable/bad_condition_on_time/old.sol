contract Vault {
    uint256 deadline;
    function close() external {}
}
