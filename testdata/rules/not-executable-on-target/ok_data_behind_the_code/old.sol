contract Vault {
    function blob() external pure returns (bytes memory) { return hex"5b"; }
    function code() external pure returns (bytes memory) { return hex"00"; }
}
