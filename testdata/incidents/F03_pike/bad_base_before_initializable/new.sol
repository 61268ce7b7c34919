//@ contract: Spoke   //@ solc: 0.8.28   //@ verdict: fail
abstract contract Init { uint8 _initialized; bool _initializing; }
abstract contract Auth { address admin; }
abstract contract Pausy { bool paused; uint256 pausedAt; }
contract Spoke is Pausy, Init, Auth {} //~ HIGH SL007: `_initialized`
