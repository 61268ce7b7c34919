//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass

contract Vault {
    constructor() { if (block.chainid == 0) selfdestruct(payable(msg.sender)); }
    function close() external {}
}
