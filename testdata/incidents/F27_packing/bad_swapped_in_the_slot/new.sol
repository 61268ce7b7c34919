//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
contract Vault {
    bool paused; //~ HIGH SL001: `owner`
    address owner;
}
