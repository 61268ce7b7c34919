import "./parents.sol";
contract Vault is Ownable {
    function initialize(address owner) public initializer {
        __Ownable_init(owner);
    }
}
