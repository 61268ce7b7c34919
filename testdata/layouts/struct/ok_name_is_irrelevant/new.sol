//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
struct Settings { uint128 fee; address owner; }
contract Vault { Settings config; }
