//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail

contract Vault {
    function execute(address target, bytes calldata data) external {
        (bool ok,) = target.delegatecall(data); //~ CRITICAL DC001 (proved, introduced): `execute(address,bytes)` runs code of the caller's choice
        ok;
    }
}
