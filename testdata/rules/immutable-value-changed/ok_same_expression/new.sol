//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass

contract Vault {
    address immutable asset;
    constructor(address token) { asset = token; }
    function get() external view returns (address) { return asset; }
    function more() external view returns (address) { return asset; }
}
