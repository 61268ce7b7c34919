abstract contract Initializable {
    uint8 private _initialized;
    bool private _initializing;
    modifier initializer() {
        require(_initialized == 0);
        _initialized = 1;
        _initializing = true;
        _;
        _initializing = false;
    }
    modifier reinitializer(uint8 version) {
        require(_initialized < version);
        _initialized = version;
        _initializing = true;
        _;
        _initializing = false;
    }
    modifier onlyInitializing() {
        require(_initializing);
        _;
    }
    function _disableInitializers() internal {
        _initialized = type(uint8).max;
    }
}

abstract contract Ownable is Initializable {
    address internal _owner;
    function __Ownable_init(address owner) internal onlyInitializing {
        __Ownable_init_unchained(owner);
    }
    function __Ownable_init_unchained(address owner) internal onlyInitializing {
        _owner = owner;
    }
    modifier onlyOwner() {
        require(msg.sender == _owner);
        _;
    }
}

abstract contract Limited is Ownable {
    uint256 internal _limit;
    function __Limited_init(address owner) internal onlyInitializing {
        __Ownable_init(owner);
        __Limited_init_unchained();
    }
    function __Limited_init_unchained() internal onlyInitializing {
        _limit = 100;
    }
}
