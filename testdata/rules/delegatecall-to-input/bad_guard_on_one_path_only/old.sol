contract Vault {
    address owner;
    function execute(address target, bool force) external {
        if (!force) { require(msg.sender == owner); } target;
    }
}
