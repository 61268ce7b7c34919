//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass

contract Vault {
    uint256 public total;
    address constant EXTENSION = 0x1111111111111111111111111111111111111111;
    fallback() external payable {
        (bool ok,) = EXTENSION.delegatecall(msg.data);
        require(ok);
    }
}
