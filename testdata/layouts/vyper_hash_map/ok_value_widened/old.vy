shares: HashMap[address, uint128]
