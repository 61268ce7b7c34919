//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass

contract Vault { //~ LOW SE006: event `Closed()` is gone
    event Deposited(address indexed user, uint256 amount, uint256 fee); //~ LOW SE006: `Deposited(address,uint256)` became `Deposited(address,uint256,uint256)`
    function deposit(uint256 amount) external { emit Deposited(msg.sender, amount, 0); }
}
