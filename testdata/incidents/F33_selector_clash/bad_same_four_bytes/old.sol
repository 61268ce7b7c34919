contract Vault { uint256 total; }
contract Proxy { function proxyOwner() external view returns (address) { return address(this); } }
