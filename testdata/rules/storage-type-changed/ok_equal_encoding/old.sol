interface IToken {}
contract Vault { address token; bool paused; }
