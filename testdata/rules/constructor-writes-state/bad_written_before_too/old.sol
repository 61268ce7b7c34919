contract Vault {
    address owner;
    constructor() {
        owner = tx.origin;
    }
}
