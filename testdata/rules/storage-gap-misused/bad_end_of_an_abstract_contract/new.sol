//@ contract: Base   //@ solc: 0.8.28   //@ verdict: fail
abstract contract Base {
    address owner;
    uint256 fee;
    uint256[9] private __gap; //~ HIGH SL005: `__gap`
}
