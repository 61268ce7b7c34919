import "./proxy.sol";
contract Vault {
    address internal proxyOwner;
}
