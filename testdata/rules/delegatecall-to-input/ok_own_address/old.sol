contract Vault {
    function multicall(bytes[] calldata calls) external { calls; }
}
