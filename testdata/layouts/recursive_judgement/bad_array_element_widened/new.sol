//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
contract Vault {
    uint256[] shares; //~ HIGH SL003: `shares
}
