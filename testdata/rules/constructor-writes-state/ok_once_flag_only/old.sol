contract Vault {
    bool initialized;
    address owner;
    function initialize() external {
        require(!initialized);
        initialized = true;
        owner = msg.sender;
    }
}
