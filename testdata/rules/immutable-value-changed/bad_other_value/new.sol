//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass

contract Vault {
    uint256 immutable cap = 500; //~ INFO IN008 (proved, introduced): immutable `cap` was `1000` and is now `500`
    address immutable asset; //~ INFO IN008 (proved, introduced): immutable `asset` is `token`
    constructor(address token) { asset = token; }
    function get() external view returns (uint256, address) { return (cap, asset); }
}
