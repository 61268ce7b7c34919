//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
contract Vault {
    uint8 private version;
    address private owner;
    uint256 total;
    constructor() {
        version = type(uint8).max;
        owner = address(0xdead);
    }
    function initialize(address first) external {
        require(version == 0 && owner == address(0));
        version = 1;
        owner = first;
    }
    function totalAssets() external view returns (uint256) { return total; }
}
