contract Vault { mapping(uint256 => uint256) a; }
