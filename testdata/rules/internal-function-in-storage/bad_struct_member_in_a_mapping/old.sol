struct Hook { function() internal run; uint256 at; }
contract Vault { mapping(uint256 => Hook) hooks; }
