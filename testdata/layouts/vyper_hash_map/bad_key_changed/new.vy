#@ contract: new   #@ old-contract: old   #@ vyper: 0.4.3   #@ verdict: fail
shares: HashMap[uint256, uint256] #~ HIGH SL003: `shares
