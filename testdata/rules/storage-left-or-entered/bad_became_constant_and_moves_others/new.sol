//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
contract Vault {
    uint256 constant fee = 1; //~ HIGH SL008: `total`
    uint256 total;
}
