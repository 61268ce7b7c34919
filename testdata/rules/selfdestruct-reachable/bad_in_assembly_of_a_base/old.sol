import "./base.sol";
contract Vault is Base {
    function close() external {}
}
