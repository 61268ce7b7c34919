//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass

contract Vault { //~ MEDIUM SE003: `harvest()`
    uint256 public total;
    fallback() external payable {}
}
