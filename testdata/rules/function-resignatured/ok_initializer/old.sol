import "./initializable.sol";
contract Vault is Initializable {
    uint256 public total;
    function initialize(uint256 start) external initializer { total = start; }
}
