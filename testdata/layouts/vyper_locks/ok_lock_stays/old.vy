total: uint256

@external
@nonreentrant("lock")
def deposit():
    self.total += 1
