//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
contract Vault {
    mapping(uint256 => uint256) fees; //~ HIGH SL003: `fees
}
