//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass

contract Vault {
    address owner;
    modifier onlyOwner() { require(msg.sender == owner); _; }
    function execute(address target, bytes calldata data) external onlyOwner {
        (bool ok,) = target.delegatecall(data);
        ok;
    }
}
