struct Position { uint256 shares; }
struct Account { uint256 nonce; Position position; }
contract Vault { mapping(address => Position) positions; mapping(address => Account) accounts; uint256 total; }
