//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
//@ proxy: old.sol:Proxy
contract Vault {
    uint256 total;
    function clash550254402() external {} //~ CRITICAL SE001: `proxyOwner()`
}
