contract Vault {
    address owner;
    modifier onlyOwner() { require(msg.sender == owner); _; }
    function execute(address target, bytes calldata data) external onlyOwner { target; data; }
}
