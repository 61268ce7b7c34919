//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
contract Vault { mapping(address => uint256) shares; }
