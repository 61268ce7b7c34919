//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
enum Phase { Open, Paused }
contract Vault {
    mapping(uint256 => Phase) phases; //~ HIGH SL003: `phases
}
