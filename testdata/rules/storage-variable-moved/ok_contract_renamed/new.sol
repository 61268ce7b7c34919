//@ contract: VaultV2   //@ old-contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
contract VaultV2 { address owner; uint256 total; }
