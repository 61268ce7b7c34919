contract Vault {
    uint256 total;
    function() internal hook;
    bool done;
}
