pragma solidity 0.8.28;

abstract contract Initializable {
    uint64 private version;
    bool private initializing;

    modifier initializer() {
        require(version == 0);
        version = 1;
        initializing = true;
        _;
        initializing = false;
    }

    modifier reinitializer(uint64 next) {
        require(version < next);
        version = next;
        initializing = true;
        _;
        initializing = false;
    }

    modifier onlyInitializing() {
        require(initializing);
        _;
    }

    function _disableInitializers() internal {
        version = type(uint64).max;
    }
}

abstract contract Owned is Initializable {
    address internal owner;

    function __Owned_init(address first) internal onlyInitializing {
        __Owned_init_unchained(first);
    }

    function __Owned_init_unchained(address first) internal onlyInitializing {
        set(first);
    }

    function set(address next) internal {
        owner = next;
    }
}

abstract contract Named is Initializable {
    struct NamedStorage {
        string name;
    }

    function named() internal pure returns (NamedStorage storage $) {
        assembly { $.slot := 0x1234 }
    }

    function __Named_init(string memory name) internal onlyInitializing {
        named().name = name;
    }
}

abstract contract Empty is Initializable {
    uint256 internal zero;

    function __Empty_init() internal onlyInitializing {
        zero = 0;
    }
}

abstract contract Capped is Owned {
    uint256 internal cap = 1;

    function __Capped_init(address first) internal onlyInitializing {
        __Owned_init(first);
        cap = 10;
    }
}

contract Complete is Capped, Named, Empty {
    constructor() {
        _disableInitializers();
    }

    function initialize(address first, string memory name) external initializer {
        if (bytes(name).length > 0) {
            __Named_init(name);
        } else {
            __Named_init("unnamed");
        }
        __Capped_init(first);
    }

    function initializeV2() external reinitializer(2) {}
}

contract Faulty is Capped, Named, Empty {
    address private first;
    uint256[] private list;

    constructor(address given) {
        first = given;
        list.push(7);
        named().name = "x";
        if (given == address(0)) set(msg.sender);
    }

    function initialize(address given) external initializer {
        __Capped_init(given);
        __Owned_init(given);
    }
}

contract Inheriting is Complete {}
