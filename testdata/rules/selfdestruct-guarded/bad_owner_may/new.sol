//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass

contract Vault {
    address owner;
    modifier onlyOwner() { require(msg.sender == owner); _; }
    function close() external onlyOwner {
        selfdestruct(payable(owner)); //~ LOW DC012 (proved, introduced): `close()`
    }
}
