contract Vault {
    address owner;
}
