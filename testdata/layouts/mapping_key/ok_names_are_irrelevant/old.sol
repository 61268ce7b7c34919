contract Vault { mapping(address user => uint256 shares) a; }
