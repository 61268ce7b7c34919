import "./parents.sol";
contract Vault is Limited {
    function initialize(address owner) public initializer {
        __Ownable_init(owner);
        __Limited_init_unchained();
    }
}
