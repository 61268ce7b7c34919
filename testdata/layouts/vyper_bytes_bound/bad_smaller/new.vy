#@ contract: new   #@ old-contract: old   #@ vyper: 0.4.3   #@ verdict: fail
total: uint256
queue: DynArray[uint256, 2] #~ HIGH SL003: `queue`
