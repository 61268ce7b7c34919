#@ contract: new   #@ old-contract: old   #@ vyper: 0.4.3   #@ verdict: pass
total: uint256
delta: int128
