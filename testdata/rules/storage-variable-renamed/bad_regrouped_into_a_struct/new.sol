//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
struct Limits { uint256 fee; uint256 cap; } //~ INFO SL006: `limits.fee` //~ INFO SL006: `limits.cap`
contract Vault {
    Limits limits;
}
