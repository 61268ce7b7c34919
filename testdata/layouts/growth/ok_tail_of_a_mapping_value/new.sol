//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
struct Position { uint256 shares; uint256 debt; }
struct Account { uint256 nonce; Position position; }
contract Vault { mapping(address => Position) positions; mapping(address => Account) accounts; uint256 total; }
