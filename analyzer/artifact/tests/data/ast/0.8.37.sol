// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;

uint256 constant START = 0x100;

abstract contract Base { uint256 a; }

contract Token layout at START is Base {
    uint256 b;
    function touch() external { assembly { tstore(0, b.slot) } }
}
