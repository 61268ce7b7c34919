contract Vault {
    uint256 public total;
    function harvest() external { total += 1; }
}
