//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
abstract contract Base {
    address owner;
    uint256 fee;
    uint256[7] private __gap; //~ HIGH SL005: `total`
}
contract Vault is Base { uint256 total; }
