//@ contract: Vault   //@ solc: 0.8.30   //@ verdict: fail
contract Vault layout at 0xbfbfcd6df78e796c7f6a4ffb712d0537d34f4debe7adeafdef6a66872f365f00 { //~ HIGH SL001: `x`
    /// @custom:storage-location erc7201:vault.main
    struct Main { uint256 total; } //~ CRITICAL NS004: share bytes
    uint256 x;
}
