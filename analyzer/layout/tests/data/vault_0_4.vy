# pragma version 0.4.3
#pragma enable-decimals
from ethereum.ercs import IERC20

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

flag Role:
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
token: IERC20
oracle: Oracle
sel: bytes4
T: immutable(uint256)
last: uint256
trans: transient(uint256)
tmap: transient(HashMap[address, uint256])

@deploy
def __init__():
    T = 1

@external
@nonreentrant
def a(): 
    self.last = 1

@external
@nonreentrant
def b(): 
    self.last = 2
