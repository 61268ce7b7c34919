enum Phase { A, B }
struct S { uint256 a; }
contract Vault { Phase phase; mapping(uint256 => S) map; }
