//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
//@ upgrade-call: none
contract Vault {
    uint256 total;
    uint256 feeBasisPoints; //~ HIGH SL008: `feeBasisPoints`
    function fee(uint256 amount) external view returns (uint256) { return amount * feeBasisPoints / 10_000; }
}
