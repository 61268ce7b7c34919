//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
contract Vault {
    struct Node { int256 value; mapping(uint256 => Node) children; } //~ HIGH SL003: `nodes
    mapping(uint256 => Node) nodes;
}
