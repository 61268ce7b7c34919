//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
//@ settings: optimizer=200 evm=cancun   //@ old-settings: optimizer=1 evm=paris
//@ finding: INFO DF003: optimizer runs was `1` and is now `200`
//@ finding: INFO DF003: EVM version was `paris` and is now `cancun`

contract Vault {
    function total() external pure returns (uint256) { return 1; }
}
