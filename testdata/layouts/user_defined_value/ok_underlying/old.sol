type Shares is uint256;
contract Vault { uint256 total; Shares locked; }
