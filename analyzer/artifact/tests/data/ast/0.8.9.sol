// SPDX-License-Identifier: MIT
pragma solidity ^0.8.8;

type Price is uint128;
error Refused(address who);
uint256 constant LENGTH = 3;

interface Marker {}

contract Token is Marker {
    Price price;
    uint256[LENGTH] values;
    mapping(address => mapping(uint256 => bytes)) nested;

    function set(Price p, bytes calldata data) external virtual {
        if (msg.sender == address(0)) revert Refused(msg.sender);
        unchecked { values[0]++; }
        price = Price.wrap(Price.unwrap(p) + 1);
        nested[msg.sender][1] = data[1:2];
        address payable to = payable(msg.sender);
        new Child{salt: 0}(unicode"é", hex"00ff");
        to.transfer(-int256(1) < 0 ? 1 gwei : 0);
    }
}

contract Child { constructor(string memory a, bytes memory b) {} }
