//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
type Shares is uint256;
contract Vault { Shares total; uint256 locked; }
