//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
contract Vault {
    uint256 total;
    uint256 immutable fee = 1; //~ INFO SL015: `fee` //~ INFO IN008: `fee`
}
