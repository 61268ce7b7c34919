// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

type Price is uint128;
using {add as +, half} for Price global;

function add(Price a, Price b) pure returns (Price) { return Price.wrap(Price.unwrap(a) + Price.unwrap(b)); }
function half(Price a) pure returns (Price) { return Price.wrap(Price.unwrap(a) / 2); }

library Store {
    /// @custom:storage-location erc7201:example.main
    struct Main {
        uint256 x;
        /// @custom:oz-renamed-from b
        mapping(address owner => uint256 amount) balances;
    }
    event Seen(address indexed who);
}

abstract contract Token {
    bool transient locked;
    address public transient caller;
    uint256 public immutable cap = 1 ether;
    Price price;

    function main() private pure returns (Store.Main storage $) {
        assembly ("memory-safe") {
            $.slot := 0x183a6125c38840424c4a85fa12bab2ab606c4b6d0e7cc73c0c06ba5300eab500
        }
    }

    function set(Price p) external {
        require(!locked, Locked());
        locked = true;
        price = (p + p).half();
        main().x = 1;
        emit Store.Seen(msg.sender);
    }
    error Locked();
}
