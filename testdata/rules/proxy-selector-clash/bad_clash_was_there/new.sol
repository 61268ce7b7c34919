//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
//@ proxy: proxy.sol:Proxy
import "./proxy.sol";
contract Vault {
    uint256 total;
    function clash550254402() external { total = 0; } //~ CRITICAL SE001 (proved, existing): `proxyOwner()`
}
