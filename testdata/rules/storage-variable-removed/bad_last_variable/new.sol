//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
contract Vault { //~ LOW SL004: `fee`
    uint256 total;
}
