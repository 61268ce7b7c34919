//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
struct Hook { function() internal run; uint256 at; }
contract Vault {
    mapping(uint256 => Hook) hooks; //~ HIGH SL012: `hooks
}
