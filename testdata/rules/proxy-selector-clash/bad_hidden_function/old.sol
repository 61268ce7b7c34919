import "./proxy.sol";
contract Vault {
    uint256 total;
}
