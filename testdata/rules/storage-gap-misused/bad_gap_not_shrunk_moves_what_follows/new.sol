//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
abstract contract Base {
    address owner;
    uint256 fee; //~ HIGH SL005: `total`
    uint256[9] private __gap;
}
contract Vault is Base { uint256 total; }
