//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: review
contract Vault {
    uint256 total; //~ HIGH {{id}}: `total`
}
