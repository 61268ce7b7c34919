//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
//@ upgrade-call: initializeV2(30)
contract Vault {
    struct Pool { uint256 feeBasisPoints; }
    uint256 total;
    mapping(uint256 => Pool) pools;
    uint256 feeBasisPoints; //~ HIGH SL008: `feeBasisPoints`
    bool done;
    function initializeV2(uint256 fee_) external {
        require(!done);
        done = true;
        pools[0].feeBasisPoints = fee_;
    }
    function fee(uint256 amount) external view returns (uint256) { return amount * feeBasisPoints / 10_000; }
}
