//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
contract Vault { uint256 total; uint256 fee; uint256[9] private __gap; }
