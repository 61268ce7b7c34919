#@ contract: new   #@ old-contract: old   #@ vyper: 0.3.10   #@ verdict: fail
#@ finding: HIGH SL001: `total`
total: uint256

@external
@nonreentrant("lock")
def deposit():
    self.total += 1
