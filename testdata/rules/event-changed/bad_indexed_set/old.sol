contract Vault {
    event Deposited(address indexed user, uint256 amount);
    function deposit(uint256 amount) external { emit Deposited(msg.sender, amount); }
}
