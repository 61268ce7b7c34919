# @version ^0.3.10
"""
@notice So few functions that there is no table of selectors.
"""
count: public(uint256)
names: HashMap[bytes32, address]

@external
def register(key: bytes32) -> uint256:
    assert self.names[key] == empty(address)
    self.names[key] = msg.sender
    self.count += 1
    return self.count
