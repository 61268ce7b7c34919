contract Vault {
    mapping(bytes32 => mapping(address => bool)) roles;
    function hasRole(bytes32 role, address account) public view returns (bool) { return roles[role][account]; }
    function execute(address target) external { target; }
}
