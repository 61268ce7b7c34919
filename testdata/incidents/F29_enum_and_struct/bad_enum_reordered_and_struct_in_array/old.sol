enum Phase { A, B }
struct S { uint256 a; }
contract Vault { Phase phase; S[] list; }
