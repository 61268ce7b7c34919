//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
//@ upgrade-call: initializeV2(true)
contract Vault {
    uint256 total;
    function() internal hook;
    bool done;
    modifier once() { require(!done); done = true; _; }
    function initializeV2(bool doubling) external once {
        setHook(doubling);
        hook();
    }
    function setHook(bool doubling) internal {
        if (doubling) hook = double;
        else hook = reset;
    }
    function double() internal { total *= 2; }
    function reset() internal { total = 0; }
}
