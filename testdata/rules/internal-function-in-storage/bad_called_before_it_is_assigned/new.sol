//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
//@ upgrade-call: initializeV2(true)
contract Vault {
    uint256 total;
    function() internal hook; //~ HIGH SL012: `hook`
    function() internal other; //~ HIGH SL012: `other`
    function initializeV2(bool changes) external {
        require(total == 0);
        total = 1;
        hook();
        hook = reset;
        if (changes) other = reset;
    }
    function reset() internal { total = 0; }
}
