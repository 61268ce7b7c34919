//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
//@ proxy: diamond   //@ siblings: OwnershipFacet
contract Vault {
    function proxyOwner() external view returns (address) { return address(this); }
}
contract OwnershipFacet {
    function proxyOwner() external view returns (address) { return address(this); }
}
