//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
contract A { uint256 private x; }
contract B { uint256 private x; }
contract Vault is B, A { //~ HIGH SL007: `x`
    uint256 total;
}
