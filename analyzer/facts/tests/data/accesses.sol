// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

contract Vault {
    address owner;
    bool locked;
    uint64 fee;
    mapping(address => uint256) balances;
    mapping(address => mapping(address => uint256)) allowance;
    struct Position { uint128 amount; uint64 since; address by; }
    mapping(uint256 => Position) positions;
    Position[] list;
    uint256[4] fixedSize;
    mapping(string => uint256) named;

    modifier onlyOwner() {
        require(msg.sender == owner, "not the owner");
        _;
    }

    modifier lock() {
        require(!locked);
        locked = true;
        _;
        locked = false;
    }

    function setFee(uint64 newFee) external onlyOwner {
        fee = newFee;
    }

    function spend(address from, uint256 amount) external {
        allowance[from][msg.sender] -= amount;
        balances[from] -= amount;
    }

    function withdraw(uint256 amount) external lock {
        balances[msg.sender] -= amount;
        (bool ok,) = msg.sender.call{value: amount}("");
        require(ok);
    }

    function open(uint256 id) external {
        positions[id].since = uint64(block.timestamp);
        positions[id].by = msg.sender;
    }

    function close(uint256 index) external {
        list[index].amount = 0;
    }

    function put(uint256 index, uint256 value) external {
        fixedSize[index] = value;
    }

    function run(address target, bytes calldata data) external onlyOwner {
        (bool ok,) = target.delegatecall(data);
        ok;
    }
}
