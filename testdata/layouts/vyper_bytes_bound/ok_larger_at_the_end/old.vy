total: uint256
name: String[32]
