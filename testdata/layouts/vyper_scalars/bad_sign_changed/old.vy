total: uint256
