//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
contract Vault {
    uint128 delta; //~ HIGH SL003: `delta`
}
