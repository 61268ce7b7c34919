//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail

contract Vault {
    function execute(address target) external { run(target); }
    function run(address code) internal {
        assembly {
            let ok := delegatecall(gas(), code, 0, 0, 0, 0) //~ CRITICAL DC001 (proved, introduced): the target of `delegatecall` is an argument
        }
    }
}
