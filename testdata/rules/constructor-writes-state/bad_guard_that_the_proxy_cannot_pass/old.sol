contract Vault {
    address private owner;
    uint256 total;
    function initialize(uint256 first) external {
        require(msg.sender == owner && total == 0);
        total = first;
        owner = address(this);
    }
}
