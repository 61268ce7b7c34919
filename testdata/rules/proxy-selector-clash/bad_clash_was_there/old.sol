import "./proxy.sol";
contract Vault {
    uint256 total;
    function clash550254402() external { total = 1; }
}
