// SPDX-License-Identifier: MIT
pragma solidity 0.8.9;

contract Vault {
    /// @custom:storage-location erc7201:example.old
    struct Storage {
        uint256 total;
    }

    // @custom:storage-location erc7201:example.ordinary
    struct Plain {
        uint256 x;
    }
}
