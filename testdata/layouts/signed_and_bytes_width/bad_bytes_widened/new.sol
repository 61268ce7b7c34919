//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
contract Vault {
    bytes8 tag; //~ HIGH SL003: `tag`
}
