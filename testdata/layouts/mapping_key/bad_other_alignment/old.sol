contract Vault { mapping(uint32 => uint256) a; }
