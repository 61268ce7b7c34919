//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
enum Phase { A, B, C }
struct S { uint256 a; uint256 b; }
contract Vault { Phase phase; mapping(uint256 => S) map; }
