//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass

contract Vault { //~ MEDIUM SE003: `total()`
    uint256 internal total;
    function add() external { total += 1; }
}
