//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
contract Vault {
    uint256[2] fees; //~ HIGH SL001: `total`
    uint256 total;
}
