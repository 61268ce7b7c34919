// SPDX-License-Identifier: MIT
pragma solidity ^0.6.12;

interface IOther { function ping() external returns (uint256); }

/// @title Base of all
abstract contract Base {
    uint256 internal immutable cap = 3;
    modifier guarded() virtual { _; }
    function run(IOther other) public virtual;
    receive() external payable {}
    fallback() external payable {}
}

contract Token is Base {
    /// @dev the owner
    address public owner;
    uint256 constant LIMIT = 5;

    modifier guarded() override { require(owner == msg.sender); _; }

    function run(IOther other) public override guarded {
        try other.ping{gas: 5000}() returns (uint256 x) { owner = address(uint160(x)); }
        catch Error(string memory) { revert(); }
        catch { owner = address(0); }
        assembly {
            function f(a) -> b { b := add(a, 1) leave }
            let slot := owner_slot
            for { let i := 0 } lt(i, 3) { i := add(i, 1) } { if eq(i, 2) { break } continue }
            switch sload(slot) case 0 { sstore(slot, f(0x10)) } default { revert(0, 0) }
        }
    }
}
