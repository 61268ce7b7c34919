contract Vault {
    uint256 amount;
    address asset;
    function position() external view returns (uint256, address) { return (amount, asset); }
}
