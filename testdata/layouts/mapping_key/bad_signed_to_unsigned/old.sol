contract Vault { mapping(int8 => uint256) a; }
