// SPDX-License-Identifier: MIT
pragma solidity >=0.5.0 <0.9.0;

/// So many functions that selectors are searched for, with shared endings.
contract Switchboard {
    uint256 public a0; uint256 public a1; uint256 public a2; uint256 public a3; uint256 public a4; uint256 public a5;
    mapping(address => uint256) public m0; mapping(address => uint256) public m1; mapping(uint256 => address) public m2;
    bytes32[] public list;

    event Set(uint256 indexed which, uint256 value);

    function s0(uint256 v) external { a0 = v; emit Set(0, v); }
    function s1(uint256 v) external { a1 = v; emit Set(1, v); }
    function s2(uint256 v) external { a2 = v; emit Set(2, v); }
    function s3(uint256 v) external { a3 = v; emit Set(3, v); }
    function s4(uint256 v) external { a4 = v; emit Set(4, v); }
    function s5(uint256 v) external { a5 = v; emit Set(5, v); }
    function p0(address k, uint256 v) external { require(v > m0[k], "not above"); m0[k] = v; }
    function p1(address k, uint256 v) external { require(v > m1[k], "not above"); m1[k] = v; }
    function p2(uint256 k, address v) external { require(v != address(0), "zero"); m2[k] = v; }
    function push(bytes32 v) external returns (uint256) { list.push(v); return list.length; }
    function all() external view returns (bytes32[] memory) { return list; }
    function set(uint256 which, uint256 v) external {
        if (which == 0) a0 = v;
        else if (which == 1) a1 = v;
        else if (which == 2) a2 = v;
        else if (which == 3) a3 = v;
        else revert("which");
        emit Set(which, v);
    }
    function sum() external view returns (uint256) { return a0 + a1 + a2 + a3 + a4 + a5; }
    function largest() external view returns (uint256 r) { r = a0; if (a1 > r) r = a1; if (a2 > r) r = a2; if (a3 > r) r = a3; }
    function hashed(bytes calldata data) external pure returns (bytes32) { return keccak256(data); }
    function packed(uint8 a, uint16 b, address c) external pure returns (bytes32) { return keccak256(abi.encodePacked(a, b, c)); }
}
