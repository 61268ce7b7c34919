contract Vault { mapping(address => uint256) shares; }
