// SPDX-License-Identifier: MIT
pragma solidity ^0.7.6;

struct Free { uint256 a; bytes32[2] b; }
enum Mode { A, B }
uint256 constant SLOT = uint256(keccak256("slot")) - 1;

function twice(uint256 x) pure returns (uint256) { return x * 2; }

contract Token {
    Free free;
    Mode mode;
    function (uint256) external returns (bool) callback;

    function set(uint256 x) external {
        free.a = twice(x);
        (bool ok, bytes memory data) = address(this).delegatecall(abi.encodeWithSignature("f()"));
        require(ok && data.length < 2 days, "failed");
        uint256 s = SLOT;
        assembly { sstore(s, free.slot) }
        do { x--; } while (x > 0);
        delete free;
    }
}
