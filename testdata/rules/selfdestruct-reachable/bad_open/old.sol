contract Vault {
    function close(address payable to) external { to; }
}
