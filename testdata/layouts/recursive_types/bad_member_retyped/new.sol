//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
contract Vault {
    struct Node { int256 value; mapping(uint256 => Node) children; }
    mapping(uint256 => Node) nodes; //~ HIGH SL003: `nodes
}
