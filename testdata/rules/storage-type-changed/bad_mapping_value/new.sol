//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
contract Vault {
    mapping(bytes32 => bytes32) messages; //~ HIGH SL003: `messages
}
