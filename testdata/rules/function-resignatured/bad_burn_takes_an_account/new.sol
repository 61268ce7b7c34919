//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass

contract Vault {
    mapping(address => uint256) balances;
    function burn(address from, uint256 amount) external { //~ MEDIUM SE011 (proved, introduced): `burn(uint256)` became `burn(address,uint256)`
        balances[from] -= amount;
    }
}
