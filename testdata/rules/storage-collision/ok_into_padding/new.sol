//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
contract Vault { address owner; uint64 nonce; uint256 total; }
