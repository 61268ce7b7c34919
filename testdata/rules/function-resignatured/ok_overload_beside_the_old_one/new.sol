//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass

contract Vault {
    mapping(address => uint256) balances;
    function burn(uint256 amount) external { balances[msg.sender] -= amount; }
    function burn(uint256 amount, uint256 times) external { balances[msg.sender] -= amount * times; }
}
