import "./base.sol";
contract Vault is Plain {}
