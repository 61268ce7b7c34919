import "./upgradeable.sol";
contract Vault is Upgradeable4 {
    address owner;
    function authorizeUpgrade() internal view override { require(msg.sender == owner); }
}
