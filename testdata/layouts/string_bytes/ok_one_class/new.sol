//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
contract Vault { bytes name; string data; }
