contract Vault { uint256[1] a; uint256[] b; mapping(address => mapping(address => uint256)) c; }
