//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
contract Vault {
    address owner; //~ HIGH SL001: `paused`
    bool paused;
}
