// SPDX-License-Identifier: MIT
pragma solidity >=0.8.28 <0.9.0;

/// Transient state variables and transient mappings of assembly.
contract Transient {
    address transient caller_;
    bool transient locked;
    uint256 transient total;
    uint256 public kept;

    modifier lock() { require(!locked, "locked"); locked = true; _; locked = false; }

    function enter(uint256 amount) external lock returns (uint256) {
        caller_ = msg.sender;
        total += amount;
        settle(msg.sender, amount);
        kept = owed(msg.sender) + total;
        return kept;
    }
    function settle(address who, uint256 amount) public {
        assembly ("memory-safe") {
            mstore(0x00, who)
            mstore(0x20, 0x7e)
            let slot := keccak256(0x00, 0x40)
            tstore(slot, add(tload(slot), amount))
        }
    }
    function owed(address who) public view returns (uint256 result) {
        assembly ("memory-safe") {
            mstore(0x00, who)
            mstore(0x20, 0x7e)
            result := tload(keccak256(0x00, 0x40))
        }
    }
    function copy(bytes memory data) external pure returns (bytes memory result) {
        result = new bytes(data.length);
        assembly ("memory-safe") { mcopy(add(result, 32), add(data, 32), mload(data)) }
    }
}
