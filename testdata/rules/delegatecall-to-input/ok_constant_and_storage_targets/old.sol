contract Vault {
    address constant EXTENSION = 0x1111111111111111111111111111111111111111;
    mapping(bytes4 => address) facets;
    function extend() external {}
    fallback() external payable {}
}
