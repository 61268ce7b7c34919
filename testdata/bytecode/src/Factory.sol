// SPDX-License-Identifier: MIT
pragma solidity >=0.8.8 <0.9.0;

/// Contracts that carry the code of others, immutables, minimal proxies.
contract Pair {
    address public immutable factory;
    address public immutable left;
    uint96 private immutable fee;
    uint112 private reserveLeft;
    uint112 private reserveRight;
    uint32 private updated;

    constructor(address left_, uint96 fee_) { factory = msg.sender; left = left_; fee = fee_; }

    function reserves() external view returns (uint112, uint112, uint32) { return (reserveLeft, reserveRight, updated); }
    function update(uint112 a, uint112 b) external {
        require(msg.sender == factory || msg.sender == left, "forbidden");
        reserveLeft = a;
        reserveRight = b;
        updated = uint32(block.timestamp % 2 ** 32);
    }
    function charged(uint256 amount) external view returns (uint256) { return amount * fee / 10000; }
}

contract Factory {
    mapping(address => mapping(uint96 => address)) public pairs;
    address[] public all;
    uint256 internal nonce;

    event Created(address indexed left, uint96 fee, address pair);

    function create(address left, uint96 fee) external returns (address pair) {
        require(pairs[left][fee] == address(0), "there already");
        pair = address(new Pair{salt: keccak256(abi.encode(left, fee))}(left, fee));
        pairs[left][fee] = pair;
        all.push(pair);
        emit Created(left, fee, pair);
    }
    function plain(address left) external returns (Pair) { nonce++; return new Pair(left, uint96(nonce)); }
    function clone(address target) external returns (address made) {
        assembly {
            mstore(0x00, or(shr(0xe8, shl(0x60, target)), 0x3d602d80600a3d3981f3363d3d373d3d3d363d73000000))
            mstore(0x20, or(shl(0x78, target), 0x5af43d82803e903d91602b57fd5bf3))
            made := create(0, 0x09, 0x37)
        }
        require(made != address(0), "clone");
        all.push(made);
    }
    function hash() external pure returns (bytes32) { return keccak256(type(Pair).creationCode); }
}
