contract Vault {
    address immutable asset;
    constructor(address token) { asset = token; }
    function get() external view returns (address) { return asset; }
}
