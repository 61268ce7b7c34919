//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
abstract contract Base { //~ LOW SL004: `fee`
    address owner;
    uint256[9] private __gap;
}
contract Vault is Base { uint256 total; }
