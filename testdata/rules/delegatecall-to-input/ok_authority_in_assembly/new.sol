//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass

contract Vault {
    address owner;
    function checkOwner() internal view {
        assembly {
            if iszero(eq(caller(), sload(owner.slot))) { revert(0, 0) }
        }
    }
    function execute(address target) external {
        checkOwner();
        (bool ok,) = target.delegatecall("");
        ok;
    }
}
