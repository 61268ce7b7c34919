//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
contract Vault { address owner; uint256 total; uint256 fee; bool paused; }
