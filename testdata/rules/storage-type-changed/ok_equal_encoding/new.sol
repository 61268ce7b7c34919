//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
interface IToken {}
contract Vault { IToken token; uint8 paused; }
