//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
contract Vault { address owner; uint256 fee; uint256[9] private __gap; uint256 total; }
