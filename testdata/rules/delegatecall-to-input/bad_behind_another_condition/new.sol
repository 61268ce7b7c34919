//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: review

contract Vault {
    bool paused;
    function execute(address target, bytes calldata data) external {
        require(!paused);
        (bool ok,) = target.delegatecall(data); //~ CRITICAL DC001 (pattern, introduced): `execute(address,bytes)`
        ok;
    }
}
