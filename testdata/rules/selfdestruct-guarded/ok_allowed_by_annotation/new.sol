//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass

/// @custom:oz-upgrades-unsafe-allow selfdestruct
contract Vault {
    address owner;
    modifier onlyOwner() { require(msg.sender == owner); _; }
    function close() external onlyOwner { selfdestruct(payable(owner)); }
}
