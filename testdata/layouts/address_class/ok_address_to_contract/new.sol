//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
interface IToken {}
contract Vault { IToken token; address other; address payable admin; }
