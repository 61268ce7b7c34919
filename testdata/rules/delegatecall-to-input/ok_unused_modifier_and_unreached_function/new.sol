//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass

contract Vault {
    modifier forwarding(address target) {
        (bool ok,) = target.delegatecall("");
        ok;
        _;
    }
    function unused(address target) internal { (bool ok,) = target.delegatecall(""); ok; }
    function execute(address target) external { target; }
}
