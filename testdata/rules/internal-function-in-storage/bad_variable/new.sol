//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
contract Vault {
    uint256 total;
    function() internal hook; //~ HIGH SL012: `hook`
}
