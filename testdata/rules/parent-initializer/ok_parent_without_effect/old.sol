import "./parents.sol";
contract Vault is Ownable, Upgrader {
    function initialize(address owner) public initializer {
        __Ownable_init(owner);
        __Upgrader_init();
    }
}
