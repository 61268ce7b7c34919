contract Vault {
    event Deposited(address indexed account, uint256 value);
    function deposit(uint256 amount) external { emit Deposited(msg.sender, amount); }
}
