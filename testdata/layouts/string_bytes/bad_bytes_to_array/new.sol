//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
contract Vault {
    uint256[] data; //~ HIGH SL003: `data`
}
