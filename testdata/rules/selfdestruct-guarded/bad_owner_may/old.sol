contract Vault {
    address owner;
    modifier onlyOwner() { require(msg.sender == owner); _; }
    function close() external onlyOwner {}
}
