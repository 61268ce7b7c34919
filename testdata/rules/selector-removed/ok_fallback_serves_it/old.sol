contract Vault {
    uint256 public total;
    address constant EXTENSION = 0x1111111111111111111111111111111111111111;
    function harvest() external { total += 1; }
    fallback() external payable {
        (bool ok,) = EXTENSION.delegatecall(msg.data);
        require(ok);
    }
}
