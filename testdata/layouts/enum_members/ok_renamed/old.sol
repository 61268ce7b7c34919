enum Phase { Open, Closed }
contract Vault { Phase phase; }
