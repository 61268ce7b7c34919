//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
contract Vault {
    uint256[] fees; //~ HIGH SL003: `fees
}
