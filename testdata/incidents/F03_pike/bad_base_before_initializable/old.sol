abstract contract Init { uint8 _initialized; bool _initializing; }
abstract contract Auth { address admin; }
contract Spoke is Init, Auth {}
