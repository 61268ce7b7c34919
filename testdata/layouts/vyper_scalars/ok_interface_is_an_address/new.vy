#@ contract: new   #@ old-contract: old   #@ vyper: 0.4.3   #@ verdict: pass
token: address
