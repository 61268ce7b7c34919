import "./initializable.sol";
contract Vault is Initializable {
    uint256 total;
}
