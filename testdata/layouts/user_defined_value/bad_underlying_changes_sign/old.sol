type Shares is uint256;
contract Vault { Shares total; }
