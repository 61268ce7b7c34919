//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass

contract Vault { //~ MEDIUM SE003 (proved, introduced): `harvest()`
    uint256 public total;
}
