//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
contract Vault {
    bytes32 root; //~ CRITICAL SL002: `owner`
    uint256 total;
}
