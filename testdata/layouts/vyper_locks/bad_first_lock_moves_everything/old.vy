total: uint256

@external
def deposit():
    self.total += 1
