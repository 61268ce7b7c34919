//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
contract Vault { address owner; bool paused; uint64 nonce; }
