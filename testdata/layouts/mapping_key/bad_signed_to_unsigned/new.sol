//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
contract Vault {
    mapping(uint8 => uint256) a; //~ HIGH SL003: `a
}
