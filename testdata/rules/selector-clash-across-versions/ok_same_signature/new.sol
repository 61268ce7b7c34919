//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass

contract Vault {
    uint256 total;
    function burn(uint256 value) external { total -= value; }
}
