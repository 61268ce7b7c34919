contract Vault {
    event Deposited(address indexed user, uint256 amount);
    event Closed();
    function deposit(uint256 amount) external { emit Deposited(msg.sender, amount); }
}
