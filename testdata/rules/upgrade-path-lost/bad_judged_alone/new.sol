//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
//@ proxy: uups
contract Vault { //~ CRITICAL PX002 (proved, existing): never be upgraded again
    address owner;
}
