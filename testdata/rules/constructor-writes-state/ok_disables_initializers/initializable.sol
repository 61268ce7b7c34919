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
