//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass

contract Vault {
    mapping(bytes32 => mapping(address => bool)) roles;
    function sender() internal view returns (address) { return msg.sender; }
    function hasRole(bytes32 role, address account) public view returns (bool) { return roles[role][account]; }
    function checkRole(bytes32 role, address account) internal view {
        if (!hasRole(role, account)) revert();
    }
    function execute(address target) external {
        checkRole("EXECUTOR", sender());
        (bool ok,) = target.delegatecall("");
        ok;
    }
}
