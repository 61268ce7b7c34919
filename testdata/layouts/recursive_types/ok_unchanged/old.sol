contract Vault {
    struct Node { uint256 value; mapping(uint256 => Node) children; Node[] list; }
    Node root;
}
