//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
contract Vault { //~ LOW NS001: `erc7201:vault.main`
    uint256 x;
}
