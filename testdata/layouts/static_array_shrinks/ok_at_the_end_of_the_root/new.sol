//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
contract Vault {
    uint256 total;
    uint256[2] fees; //~ LOW SL004: `fees
}
