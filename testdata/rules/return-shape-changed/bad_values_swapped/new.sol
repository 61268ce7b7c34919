//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass

contract Vault {
    uint256 amount;
    address asset;
    function position() external view returns (address, uint256) { return (asset, amount); } //~ MEDIUM SE005 (proved, introduced): returned `(uint256,address)` and now returns `(address,uint256)`
}
