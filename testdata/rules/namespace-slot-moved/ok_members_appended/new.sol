//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
contract Vault {
    /// @custom:storage-location erc7201:vault.main
    struct Main { uint256 total; address owner; uint64 nonce; mapping(address => uint256) shares; }
    uint256 x;
}
