//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
contract Vault {
    uint256 total; //~ HIGH SL001: `fee`
    uint64 fee;
}
