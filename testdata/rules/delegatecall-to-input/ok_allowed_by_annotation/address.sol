library Address {
    function delegate(address target) internal {
        (bool ok,) = target.delegatecall("");
        require(ok);
    }
}
