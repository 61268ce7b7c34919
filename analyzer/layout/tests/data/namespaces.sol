// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @custom:storage-location erc7201:example.file
struct FileStorage {
    uint256 total;
}

function fileStorage() pure returns (FileStorage storage $) {
    assembly {
        $.slot := 0xf6f84e3cd8d6a0a2e8b8b0a0cb3b2b1b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b00
    }
}

library Settings {
    /// @custom:storage-location erc7201:example.settings
    struct Layout {
        bool on;
        address keeper;
        uint256[3] limits;
    }

    bytes32 internal constant POSITION =
        keccak256(abi.encode(uint256(keccak256("example.settings")) - 1)) & ~bytes32(uint256(0xff));

    function layout() internal pure returns (Layout storage l) {
        bytes32 position = POSITION;
        assembly {
            l.slot := position
        }
    }

    function keeper() internal view returns (address) {
        return layout().keeper;
    }
}

library Unused {
    /// @custom:storage-location erc7201:example.unused
    struct Layout {
        uint256 x;
    }
}

library Diamond {
    struct Facet {
        address at;
        uint96 position;
    }

    struct Storage {
        mapping(bytes4 => Facet) facets;
        address owner;
    }

    bytes32 constant DIAMOND_STORAGE_POSITION = keccak256("diamond.standard.diamond.storage");

    function diamondStorage() internal pure returns (Storage storage ds) {
        bytes32 position = DIAMOND_STORAGE_POSITION;
        assembly {
            ds.slot := position
        }
    }
}

library StorageSlot {
    struct AddressSlot {
        address value;
    }

    struct Uint256Slot {
        uint256 value;
    }

    function getAddressSlot(bytes32 slot) internal pure returns (AddressSlot storage r) {
        assembly {
            r.slot := slot
        }
    }

    function getUint256Slot(bytes32 slot) internal pure returns (Uint256Slot storage r) {
        assembly {
            r.slot := slot
        }
    }
}

abstract contract Main {
    /// @custom:storage-location erc7201:example.main
    struct MainStorage {
        uint128 x;
        uint64 y;
        mapping(address => uint256) balances;
    }

    bytes32 private constant MAIN_LOCATION = 0x183a6125c38840424c4a85fa12bab2ab606c4b6d0e7cc73c0c06ba5300eab500;

    function _main() internal pure returns (MainStorage storage $) {
        bytes32 slot = _mainSlot();
        assembly {
            $.slot := slot
        }
    }

    function _mainSlot() internal pure virtual returns (bytes32) {
        return MAIN_LOCATION;
    }
}

contract Vault is Main {
    bytes32 internal constant IMPLEMENTATION_SLOT = 0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc;
    bytes32 internal constant CAP_SLOT = bytes32(uint256(keccak256("vault.cap")) - 1);
    bytes32 internal constant PAUSED_SLOT = 0x1111111111111111111111111111111111111111111111111111111111111111;
    bytes32 internal constant LOCK_SLOT = 0x2222222222222222222222222222222222222222222222222222222222222222;
    bytes32 internal constant NEVER_USED_SLOT = keccak256("vault.never");
    uint256 internal plain;

    function run(bytes32 dynamic) external {
        Diamond.diamondStorage().owner = Settings.keeper();
        fileStorage().total = _main().x;
        StorageSlot.getAddressSlot(IMPLEMENTATION_SLOT).value = address(this);
        _setCap(CAP_SLOT, 1);
        StorageSlot.getUint256Slot(dynamic).value = 2;
        bool paused;
        assembly {
            paused := sload(PAUSED_SLOT)
            sstore(PAUSED_SLOT, 1)
            let lock := LOCK_SLOT
            tstore(lock, 1)
            sstore(plain.slot, 3)
            sstore(0, 4)
            sstore(dynamic, 5)
        }
    }

    function _setCap(bytes32 slot, uint256 cap) private {
        StorageSlot.getUint256Slot(slot).value = cap;
    }
}

contract Moved is Main {
    function _mainSlot() internal pure override returns (bytes32) {
        return keccak256("example.moved");
    }
}

contract Transients {
    address internal stored;
    bool transient entered;
    address transient caller;
    uint256 transient depth;
    uint8 internal last;
}

struct AppStorage {
    uint128 total;
    address owner;
}

library LibApp {
    function store() internal pure returns (AppStorage storage s) {
        assembly {
            s.slot := 0
        }
    }
}

contract App {
    AppStorage internal s;

    function total() external view returns (uint256) {
        return s.total + LibApp.store().total;
    }
}

contract Odd {
    /// @custom:storage-location example.formula:a
    struct Assigned {
        uint256 a;
    }

    /// @custom:storage-location example.formula:b
    struct Unassigned {
        uint256 b;
    }

    struct Hidden {
        uint256 c;
    }

    bytes32 private constant HIDDEN = keccak256(abi.encodePacked(uint8(1)));

    function assigned() internal pure returns (Assigned storage $) {
        assembly {
            $.slot := 0xabcdef
        }
    }

    function hidden() internal pure returns (Hidden storage $) {
        bytes32 slot = HIDDEN;
        assembly {
            $.slot := slot
        }
    }
}
