#@ contract: new   #@ old-contract: old   #@ vyper: 0.4.3   #@ verdict: pass
shares: HashMap[address, uint256]
