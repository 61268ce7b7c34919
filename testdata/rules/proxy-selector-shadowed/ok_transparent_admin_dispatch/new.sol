//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
//@ proxy: proxy.sol:Proxy
import "./proxy.sol";
contract Vault {
    address public proxyOwner;
}
