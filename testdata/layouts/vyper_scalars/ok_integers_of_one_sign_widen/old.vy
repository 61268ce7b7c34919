total: uint128
delta: int64
