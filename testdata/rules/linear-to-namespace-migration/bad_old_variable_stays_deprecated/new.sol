//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
contract Vault {
    /// @custom:storage-location erc7201:vault.fees
    struct Fees {
        uint256 fee; //~ CRITICAL NS005: `fee`
    }
    uint128 deprecatedFee;
}
