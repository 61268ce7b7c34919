import "./parents.sol";
contract Vault is Ownable {
    uint256 total;
    function initialize(address owner) external initializer { __Ownable_init(owner); }
}
