//@ contract: Vault   //@ solc: 0.8.30   //@ verdict: fail
contract Vault layout at 0x183a6125c38840424c4a85fa12bab2ab606c4b6d0e7cc73c0c06ba5300eab500 { //~ HIGH SL001: `x`
    /// @custom:storage-location erc7201:vault.main
    struct Main { uint256 total; }
    uint256 x;
}
