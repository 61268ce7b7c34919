contract Vault {
    mapping(address => uint256) balances;
    function burn(uint256 amount) external {
        balances[msg.sender] -= amount;
    }
}
