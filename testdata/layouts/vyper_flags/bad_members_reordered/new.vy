#@ contract: new   #@ old-contract: old   #@ vyper: 0.4.3   #@ verdict: fail
flag Role:
    KEEPER
    ADMIN
roles: HashMap[address, Role] #~ HIGH SL003: `roles
