//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
enum Phase { Open, Closed, Settled }
contract Vault { Phase phase; mapping(uint256 => Phase) phases; }
