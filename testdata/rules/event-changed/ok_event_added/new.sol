//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass

contract Vault {
    event Deposited(address indexed user, uint256 amount);
    event Charged(uint256 fee);
    function deposit(uint256 amount) external { emit Deposited(msg.sender, amount); emit Charged(0); }
}
