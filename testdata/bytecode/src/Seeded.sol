// SPDX-License-Identifier: MIT
pragma solidity >=0.8.4 <0.9.0;

/// Mappings that assembly computes: seeds of a few bytes, keys in scratch memory at odd places, packed words by masks.
contract Seeded {
    uint256 private constant BALANCE_SEED = 0x87a211a2;
    uint256 private constant ALLOWANCE_SEED = 0x7f5e9f20;
    uint256 private constant OWNER_SLOT = 0x8b78c6d819;
    uint256 private constant SUPPLY_SLOT = 0x05345cdf77eb68f44c;

    function balanceOf(address who) public view returns (uint256 result) {
        assembly {
            mstore(0x0c, BALANCE_SEED)
            mstore(0x00, who)
            result := sload(keccak256(0x0c, 0x20))
        }
    }
    function mint(address to, uint256 amount) external {
        assembly {
            let before := sload(SUPPLY_SLOT)
            let later := add(before, amount)
            if lt(later, before) { mstore(0x00, 0xe5cfe957) revert(0x1c, 0x04) }
            sstore(SUPPLY_SLOT, later)
            mstore(0x0c, BALANCE_SEED)
            mstore(0x00, to)
            let slot := keccak256(0x0c, 0x20)
            sstore(slot, add(sload(slot), amount))
            mstore(0x20, amount)
            log3(0x20, 0x20, 0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef, 0, shr(96, mload(0x0c)))
        }
    }
    function approve(address spender, uint256 amount) external returns (bool) {
        assembly {
            mstore(0x20, spender)
            mstore(0x0c, ALLOWANCE_SEED)
            mstore(0x00, caller())
            sstore(keccak256(0x0c, 0x34), amount)
        }
        return true;
    }
    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        assembly {
            let from_ := shl(96, from)
            mstore(0x20, caller())
            mstore(0x0c, or(from_, ALLOWANCE_SEED))
            let allowanceSlot := keccak256(0x0c, 0x34)
            let allowed := sload(allowanceSlot)
            if add(allowed, 1) {
                if gt(amount, allowed) { mstore(0x00, 0x13be252b) revert(0x1c, 0x04) }
                sstore(allowanceSlot, sub(allowed, amount))
            }
            mstore(0x0c, or(from_, BALANCE_SEED))
            let fromSlot := keccak256(0x0c, 0x20)
            let balance_ := sload(fromSlot)
            if gt(amount, balance_) { mstore(0x00, 0xf4d678b8) revert(0x1c, 0x04) }
            sstore(fromSlot, sub(balance_, amount))
            mstore(0x00, to)
            let toSlot := keccak256(0x0c, 0x20)
            sstore(toSlot, add(sload(toSlot), amount))
        }
        return true;
    }
    function setOwner(address who) external {
        assembly {
            let slot := not(OWNER_SLOT)
            let old := sload(slot)
            if old { if iszero(eq(caller(), shr(96, shl(96, old)))) { revert(0, 0) } }
            sstore(slot, or(shl(160, add(shr(160, old), 1)), who))
        }
    }
    function bit(uint256 index, bool value) external {
        assembly {
            mstore(0x00, shr(8, index))
            mstore(0x20, 0x11)
            let slot := keccak256(0x00, 0x40)
            let mask := shl(and(index, 0xff), 1)
            sstore(slot, xor(sload(slot), mul(xor(value, and(shr(and(index, 0xff), sload(slot)), 1)), mask)))
        }
    }
    function fill(uint256 from, uint256 count) external {
        assembly {
            mstore(0x00, from)
            let slot := keccak256(0x00, 0x20)
            for { let i := 0 } lt(i, and(count, 7)) { i := add(i, 1) } { sstore(add(slot, i), add(i, 1)) }
        }
    }
}
