//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
contract Vault {
    uint256 total;
    uint256 fee;
    uint256[10] private __gap; //~ LOW SL016: `__gap`
}
