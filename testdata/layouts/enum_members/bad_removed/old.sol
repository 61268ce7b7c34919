enum Phase { Open, Paused, Closed }
contract Vault { mapping(uint256 => Phase) phases; }
