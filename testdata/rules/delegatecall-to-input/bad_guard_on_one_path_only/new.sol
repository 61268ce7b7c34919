//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: review

contract Vault {
    address owner;
    function execute(address target, bool force) external {
        if (!force) { require(msg.sender == owner); }
        (bool ok,) = target.delegatecall(""); //~ CRITICAL DC001 (pattern, introduced): `execute(address,bool)`
        ok;
    }
}
