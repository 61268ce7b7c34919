contract Vault {
    uint256 total;
    function burn(uint256 amount) external { total -= amount; }
}
