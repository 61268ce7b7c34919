//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass

contract Vault {
    address constant EXTENSION = 0x1111111111111111111111111111111111111111;
    mapping(bytes4 => address) facets;
    fallback() external payable {
        address facet = facets[msg.sig];
        (bool ok,) = facet.delegatecall(msg.data);
        require(ok);
    }
    function extend() external {
        (bool ok,) = EXTENSION.delegatecall("");
        require(ok);
    }
}
