#pragma version ~=0.4.0
"""
@notice A pool of coins: mappings of mappings, structs, dynamic and fixed arrays, a reentrancy lock, internal functions.
"""
interface Coin:
    def transfer(to: address, amount: uint256) -> bool: nonpayable
    def balanceOf(who: address) -> uint256: view

event Added:
    who: indexed(address)
    amounts: uint256[3]

struct Point:
    bias: int128
    slope: int128
    at: uint256

owner: public(address)
coins: public(address[3])
balances: public(uint256[3])
shares: public(HashMap[address, uint256])
allowed: HashMap[address, HashMap[address, uint256]]
history: HashMap[address, Point[10]]
points: DynArray[Point, 20]
queue: DynArray[uint256, 50]
name: public(String[64])
notes: HashMap[uint256, Bytes[100]]
total: public(uint256)
killed: public(bool)
seen: transient(HashMap[address, uint256])
FEE: constant(uint256) = 4
SINK: immutable(address)

@deploy
def __init__(coins: address[3], sink: address):
    self.owner = msg.sender
    self.coins = coins
    SINK = sink

@internal
@pure
def _root(number: uint256) -> uint256:
    if number == 0:
        return 0
    z: uint256 = (number + 1) // 2
    y: uint256 = number
    for i: uint256 in range(255):
        if z >= y:
            break
        y = z
        z = (number // z + z) // 2
    return y

@internal
def _record(who: address, amount: uint256, slot: uint256):
    self.history[who][slot] = Point(bias=convert(amount % 1000, int128), slope=-1, at=block.timestamp)
    if len(self.points) < 20:
        self.points.append(self.history[who][slot])

@internal
@view
def _value(amounts: uint256[3]) -> uint256:
    value: uint256 = 0
    for i: uint256 in range(3):
        value += self._root(amounts[i]) * (i + 1)
    return value

@external
@nonreentrant
def add(amounts: uint256[3], least: uint256) -> uint256:
    assert not self.killed, "killed"
    self.seen[msg.sender] += 1
    assert self.seen[msg.sender] < 4
    minted: uint256 = self._value(amounts)
    assert minted >= least, "slippage"
    for i: uint256 in range(3):
        self.balances[i] += amounts[i]
    self.shares[msg.sender] += minted
    self.total += minted
    self._record(msg.sender, minted, minted % 10)
    log Added(who=msg.sender, amounts=amounts)
    return minted

@external
@nonreentrant
def remove(share: uint256, which: uint256):
    self.shares[msg.sender] -= share
    self.total -= share
    fee: uint256 = share * FEE // 10000
    extcall Coin(self.coins[which]).transfer(msg.sender, share - fee)
    extcall Coin(self.coins[which]).transfer(SINK, fee, default_return_value=True)

@external
def approve(who: address, amount: uint256) -> bool:
    self.allowed[msg.sender][who] = amount
    return True

@external
def transferFrom(giver: address, to: address, amount: uint256) -> bool:
    self.allowed[giver][msg.sender] -= amount
    self.shares[giver] -= amount
    self.shares[to] += amount
    return True

@external
def push(item: uint256) -> uint256:
    self.queue.append(item)
    return len(self.queue)

@external
def pop() -> uint256:
    return self.queue.pop()

@external
def setQueue(values: DynArray[uint256, 50]):
    self.queue = values

@view
@external
def sum() -> uint256:
    result: uint256 = 0
    for item: uint256 in self.queue:
        result += item
    return result

@external
def note(key: uint256, text: Bytes[100], title: String[64] = "none"):
    self.notes[key] = text
    self.name = title

@view
@external
def noteOf(key: uint256) -> Bytes[100]:
    return slice(self.notes[key], 0, len(self.notes[key]))

@view
@external
def point(who: address, slot: uint256) -> Point:
    return self.history[who][slot]

@external
def execute(to: address, data: Bytes[256]) -> Bytes[64]:
    assert msg.sender == self.owner
    return raw_call(to, data, max_outsize=64, value=self.balances[0])

@external
def clone() -> address:
    return create_minimal_proxy_to(self)

@external
@payable
def __default__():
    self.total += msg.value
