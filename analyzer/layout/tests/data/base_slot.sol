// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

uint256 constant START = 0x1000;

contract Inherited {
    uint128 internal a;
    uint256[2] internal b;
}

contract Literal is Inherited layout at 2 ** 255 - 42 {
    uint8 internal c;
}

contract Named is Inherited layout at START + 1 {
    uint8 internal c;
}

contract Namespaced is Inherited layout at erc7201("example.main") {
    uint8 internal c;
}

contract Empty layout at 7 {}
