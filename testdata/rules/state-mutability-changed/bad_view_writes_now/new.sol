//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass

contract Vault {
    uint256 cached;
    function price() external returns (uint256) { cached += 1; return cached; } //~ LOW SE007 (proved, introduced): `price()` was `view` and is now not payable
    function deposit() external { cached = 0; } //~ LOW SE007: `deposit()` was `payable` and is now not payable
}
