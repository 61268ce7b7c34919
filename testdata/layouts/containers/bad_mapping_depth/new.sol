//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
contract Vault {
    mapping(address => mapping(address => uint256)) allowed; //~ HIGH SL003: `allowed
}
