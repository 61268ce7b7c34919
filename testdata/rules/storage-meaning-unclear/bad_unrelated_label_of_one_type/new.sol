//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: review
contract Vault {
    uint256 assetDecimal; //~ HIGH SL013: `assetDecimal`
    uint256 total;
}
