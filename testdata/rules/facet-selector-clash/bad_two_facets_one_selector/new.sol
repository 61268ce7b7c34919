//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
//@ proxy: diamond   //@ siblings: OwnershipFacet
contract Vault {
    function clash550254402() external {} //~ HIGH SE002 (proved, introduced): `proxyOwner()` of facet `OwnershipFacet`
}
contract OwnershipFacet {
    function proxyOwner() external view returns (address) { return address(this); }
}
