contract Vault { mapping(address => uint128) shares; }
