//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
abstract contract Base {
    address owner;
    uint64 nonce;
    uint256[8] private __gap; //~ HIGH SL005: `total`
}
contract Vault is Base { uint256 total; }
