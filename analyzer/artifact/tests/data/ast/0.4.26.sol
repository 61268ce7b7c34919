pragma solidity ^0.4.24;

/// @title Old
contract Token {
    /// @dev kept
    struct Account { uint128 amount; address owner; }
    enum State { Off, On }
    mapping(address => Account) internal accounts;
    uint256[4] gap;
    uint256 constant LIMIT = 5;
    State public state = State.On;
    event Moved(address indexed from, uint256 value) anonymous;

    modifier onlyOwner(address who) { require(msg.sender == who); _; }

    /// @notice makes it
    function Token(uint256 x) public { gap[0] = x; }

    function () external payable {}

    function kill(address to) public onlyOwner(to) { selfdestruct(to); }

    function raw() internal view returns (uint256 value) {
        uint256 s = 1;
        var (a, b) = (s, s);
        assembly { value := sload(state_slot) let o := state_offset }
        return address(this).balance + a + b;
    }

    function missing() public;
}
