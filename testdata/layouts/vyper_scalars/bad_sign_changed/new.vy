#@ contract: new   #@ old-contract: old   #@ vyper: 0.4.3   #@ verdict: fail
total: int256 #~ HIGH SL003: `total`
