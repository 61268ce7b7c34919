//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass

contract Vault {
    event Deposited(address user, uint256 amount); //~ LOW SE006 (proved, introduced): parameter 1 indexed before, none indexed now
    function deposit(uint256 amount) external { emit Deposited(msg.sender, amount); }
}
