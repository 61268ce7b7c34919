//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
enum Phase { B, A }
struct S { uint256 a; uint256 b; }
contract Vault {
    Phase phase; //~ HIGH SL003: `phase`
    S[] list; //~ HIGH SL003: `list
}
