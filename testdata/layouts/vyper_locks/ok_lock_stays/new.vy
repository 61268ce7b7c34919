#@ contract: new   #@ old-contract: old   #@ vyper: 0.3.10   #@ verdict: pass
total: uint256
cap: uint256

@external
@nonreentrant("lock")
def deposit():
    self.total += 1
