name: String[32]
total: uint256
