//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
abstract contract Base {
    uint256 a;
    uint256 b; //~ HIGH SL005: `total`
    uint256[49] private __gap;
}
contract Vault is Base { uint256 total; }
