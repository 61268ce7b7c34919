// SPDX-License-Identifier: MIT
pragma solidity >=0.6.0 <0.9.0;

/// Overridden functions, `super` through a diamond of contracts, modifiers with arguments that run twice.
abstract contract Guarded {
    mapping(bytes32 => mapping(address => bool)) internal roles;
    uint256 private entered;

    modifier only(bytes32 role) virtual { require(roles[role][msg.sender], "no role"); _; }
    modifier once() { require(entered == 0, "entered"); entered = 1; _; entered = 0; }
    modifier times(uint256 n) { for (uint256 i = 0; i < n % 3; i++) { _; } }

    function before(address from, uint256 amount) internal virtual returns (uint256) { return amount + uint160(from) % 2; }
}

contract Fees is Guarded {
    uint96 public fee;
    address public sink;

    function before(address from, uint256 amount) internal virtual override returns (uint256) {
        return super.before(from, amount) - uint256(fee) % 2;
    }
    function setFee(uint96 value, address to) public virtual only("fees") { fee = value; sink = to; }
}

contract Limits is Guarded {
    mapping(address => uint256) public limits;

    function before(address from, uint256 amount) internal virtual override returns (uint256) {
        if (limits[from] != 0) require(amount <= limits[from], "limit");
        return super.before(from, amount);
    }
}

contract Inheritance is Fees, Limits {
    mapping(address => uint256) public balances;
    uint256 public ticks;
    string public name = "inheritance";

    function before(address from, uint256 amount) internal override(Fees, Limits) returns (uint256) {
        ticks++;
        return super.before(from, amount);
    }
    function setFee(uint96 value, address to) public override { require(to != address(0)); super.setFee(value, to); }
    function grant(bytes32 role, address who) external { roles[role][who] = true; }
    function deposit() external payable once { balances[msg.sender] += before(msg.sender, msg.value); }
    function tick(uint256 n) external times(n) { ticks += n; }
    function limit(uint256 value) external only("limits") once { limits[msg.sender] = value; }
    function rename(string calldata value) external { name = value; }
    function send(address to, uint256 amount) external once returns (bool) {
        amount = before(msg.sender, amount);
        require(balances[msg.sender] >= amount, "balance");
        balances[msg.sender] -= amount;
        balances[to] += amount;
        return true;
    }
    receive() external payable { balances[msg.sender] += msg.value; }
    fallback() external payable { ticks += msg.data.length; }
}
