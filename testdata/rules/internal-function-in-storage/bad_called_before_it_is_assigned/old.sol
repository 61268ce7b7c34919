contract Vault {
    uint256 total;
    function() internal hook;
    function() internal other;
}
