//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass

contract Vault {
    struct Position { uint256 amount; address asset; }
    Position stored;
    function position() external view returns (Position memory found) { found = stored; }
}
