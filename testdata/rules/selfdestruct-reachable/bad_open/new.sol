//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail

contract Vault {
    function close(address payable to) external {
        selfdestruct(to); //~ HIGH DC002 (proved, introduced): `close(address payable)` reaches
    }
}
