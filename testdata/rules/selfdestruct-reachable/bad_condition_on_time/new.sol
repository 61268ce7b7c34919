//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: review

contract Vault {
    uint256 deadline;
    function close() external {
        require(block.timestamp > deadline);
        selfdestruct(payable(msg.sender)); //~ HIGH DC002 (pattern, introduced): `close()`
    }
}
