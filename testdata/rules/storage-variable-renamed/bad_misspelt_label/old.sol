contract Vault {
    address owner;
    uint96 overridenWeight;
}
