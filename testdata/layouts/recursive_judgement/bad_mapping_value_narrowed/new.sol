//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
contract Vault {
    mapping(address => uint128) shares; //~ HIGH SL003: `shares
}
