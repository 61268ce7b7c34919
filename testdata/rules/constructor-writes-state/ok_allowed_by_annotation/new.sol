//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass

contract Vault {
    /// @custom:oz-upgrades-unsafe-allow state-variable-assignment
    uint256 limit = 100;
    address owner;
    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor() { owner = msg.sender; }
}
