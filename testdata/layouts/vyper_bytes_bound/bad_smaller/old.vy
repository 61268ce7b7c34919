total: uint256
queue: DynArray[uint256, 4]
