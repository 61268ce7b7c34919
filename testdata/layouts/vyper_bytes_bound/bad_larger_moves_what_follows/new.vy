#@ contract: new   #@ old-contract: old   #@ vyper: 0.4.3   #@ verdict: fail
name: String[96] #~ HIGH SL001: `total`
total: uint256
