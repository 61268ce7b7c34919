//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
contract Vault { uint8 phase; uint8 paused; }
