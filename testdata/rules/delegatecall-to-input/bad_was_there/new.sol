//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass

contract Vault {
    uint256 total;
    function execute(address target) external {
        total += 1;
        (bool ok,) = target.delegatecall(""); //~ CRITICAL DC001 (proved, existing): `execute(address)`
        ok;
    }
}
