//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass   //@ upgrade-call: migrate(5, 0x0000000000000000000000000000000000000001)
contract Vault {
    uint256 fee;
    address owner;
    function migrate(uint256 fee_, address owner_) external {
        fee = fee_;
        owner = owner_;
    }
}
