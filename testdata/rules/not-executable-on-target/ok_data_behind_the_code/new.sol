//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
//@ hardfork: paris   //@ settings: evm=paris

contract Vault {
    function blob() external pure returns (bytes memory) { return hex"5b5f5c5d5e49"; }
    function code() external pure returns (bytes memory) {
        return hex"00005b5f5f5c5d5e494a1e5b5f5c5d5e49000000000000000000000000000000000000000000005b5f5c5d5e";
    }
}
