import "./parents.sol";
contract Vault is Limited {
    function initialize(address owner) public initializer {
        __Limited_init(owner);
    }
}
