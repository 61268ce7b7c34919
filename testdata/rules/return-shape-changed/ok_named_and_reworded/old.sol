contract Vault {
    struct Stored { uint256 amount; address asset; }
    Stored stored;
    function position() external view returns (Stored memory) { return stored; }
}
