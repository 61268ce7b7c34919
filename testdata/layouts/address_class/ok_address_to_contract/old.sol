interface IToken {}
contract Vault { address token; IToken other; address admin; }
