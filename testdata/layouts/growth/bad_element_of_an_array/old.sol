struct Position { uint256 shares; }
contract Vault { Position[] positions; }
