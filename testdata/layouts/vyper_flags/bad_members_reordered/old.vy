flag Role:
    ADMIN
    KEEPER
roles: HashMap[address, Role]
