//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
//@ upgrade-call: initializeV2(30)
contract Vault {
    uint256 total;
    bool done;
    uint256 feeBasisPoints; //~ INFO SL015: `feeBasisPoints`
    uint256 public lastDay; //~ INFO SL015: `lastDay`
    function initializeV2(uint256 fee_) external {
        require(!done);
        done = true;
        feeBasisPoints = fee_;
    }
    function fee(uint256 amount) external view returns (uint256) { return amount * feeBasisPoints / 10_000; }
}
