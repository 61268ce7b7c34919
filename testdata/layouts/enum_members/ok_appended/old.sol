enum Phase { Open, Closed }
contract Vault { Phase phase; mapping(uint256 => Phase) phases; }
