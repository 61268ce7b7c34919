//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
contract Vault {
    function(uint256) internal returns (uint256) hook; //~ HIGH SL012: `hook`
}
