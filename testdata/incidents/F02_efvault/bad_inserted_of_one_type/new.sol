//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
contract Vault {
    address asset;
    uint256 assetDecimal; //~ HIGH SL001: `maxDeposit`
    uint256 maxDeposit;
    uint256 maxWithdraw;
    bool paused;
}
