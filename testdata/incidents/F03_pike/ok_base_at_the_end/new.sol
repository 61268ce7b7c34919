//@ contract: Spoke   //@ solc: 0.8.28   //@ verdict: pass
abstract contract Init { uint8 _initialized; bool _initializing; }
abstract contract Auth { address admin; }
abstract contract Pausy { uint256 pausedAt; bool paused; }
contract Spoke is Init, Auth, Pausy {}
