contract Vault {
    struct Node { uint256 value; mapping(uint256 => Node) children; }
    mapping(uint256 => Node) nodes;
}
