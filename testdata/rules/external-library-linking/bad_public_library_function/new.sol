//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass

library Shares {
    function convert(uint256 assets) public pure returns (uint256) { return assets * 2; }
}
contract Vault { //~ INFO DC011 (proved, introduced): `new.sol:Shares`
    function deposit(uint256 assets) external pure returns (uint256) { return Shares.convert(assets); }
}
