//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
contract Vault {
    uint256 total;
    uint256 transient lock; //~ HIGH SL008: `lock`
}
