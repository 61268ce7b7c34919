//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
//@ proxy: old.sol:Proxy
contract Vault {
    uint256 total;
    function clash550254403() external {}
}
