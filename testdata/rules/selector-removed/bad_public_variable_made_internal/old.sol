contract Vault {
    uint256 public total;
    function add() external { total += 1; }
}
