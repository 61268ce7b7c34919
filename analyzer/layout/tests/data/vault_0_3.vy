# @version 0.3.10
from vyper.interfaces import ERC20

interface Oracle:
    def price() -> uint256: view

struct Inner:
    a: uint8
    b: DynArray[uint256, 3]

struct Position:
    owner: address
    amount: uint256
    inner: Inner
    tags: bytes32[2]

enum Role:
    ADMIN
    USER
    GUEST

MAX: constant(uint256) = 4
owner: public(address)
paused: bool
small: uint8
fee: decimal
signed: int128
name: String[33]
data: Bytes[100]
list: DynArray[uint256, 10]
grid: uint256[2][3]
nested: DynArray[DynArray[address, 2], MAX]
positions: public(HashMap[address, Position])
allow: HashMap[address, HashMap[address, uint256]]
one: Position
many: Position[2]
dynpos: DynArray[Position, 2]
role: Role
token: ERC20
oracle: Oracle
sel: bytes4
T: immutable(uint256)
last: uint256

@external
def __init__():
    T = 1

@external
@nonreentrant('lock')
def a(): 
    self.last = 1

@external
@nonreentrant('other')
def b(): 
    self.last = 2
