#@ contract: new   #@ old-contract: old   #@ vyper: 0.4.3   #@ verdict: pass
flag Role:
    ADMIN
    KEEPER
    GUARD
roles: HashMap[address, Role]
