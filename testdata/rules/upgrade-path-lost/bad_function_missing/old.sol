import "./upgradeable.sol";
contract Vault is Upgradeable {
    address owner;
    function authorizeUpgrade() internal view override { require(msg.sender == owner); }
}
