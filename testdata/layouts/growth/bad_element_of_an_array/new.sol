//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
struct Position { uint256 shares; uint256 debt; }
contract Vault {
    Position[] positions; //~ HIGH SL003: `positions
}
