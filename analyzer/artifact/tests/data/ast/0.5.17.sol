pragma solidity ^0.5.16;

interface Empty {}

library L {
    function twice(uint256[] storage x) internal { x.push(x.length); }
}

/// @title Old
contract Token {
    using L for uint256[];
    struct Account { uint128 amount; address payable owner; }
    uint256[] internal list;
    Account account;

    /// @notice makes it
    constructor(uint256 x) public { list.push(x); }

    function () external payable {}

    function work() external returns (uint256 value) {
        list.twice();
        emit Done(now);
        assembly { value := sload(list_slot) }
        value += uint8(value) > 3 ? 1 : 2;
    }
    event Done(uint256 at);
}
