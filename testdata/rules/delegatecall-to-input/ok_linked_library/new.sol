//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass

import "./shares.sol";
contract Vault { //~ INFO DC011 (proved, existing): `shares.sol:Shares`
    function deposit(uint256 assets) external pure returns (uint256) { return Shares.convert(assets + 1); }
}
