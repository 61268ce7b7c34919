//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
contract Vault { int64 delta; bytes4 tag; }
