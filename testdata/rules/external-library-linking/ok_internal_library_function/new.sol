//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass

library Shares {
    function convert(uint256 assets) internal pure returns (uint256) { return assets * 2; }
}
contract Vault {
    function deposit(uint256 assets) external pure returns (uint256) { return Shares.convert(assets); }
}
