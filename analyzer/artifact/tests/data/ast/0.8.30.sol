// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;

abstract contract Base { uint256 a; }

contract Token layout at 0x1000 + 2 is Base {
    uint256 b;
    function touch() external { assembly { tstore(0, b.slot) } }
}
