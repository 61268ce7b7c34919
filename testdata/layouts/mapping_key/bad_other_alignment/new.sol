//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
contract Vault {
    mapping(bytes4 => uint256) a; //~ HIGH SL003: `a
}
