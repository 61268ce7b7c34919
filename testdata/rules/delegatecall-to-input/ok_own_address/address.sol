library Address {
    function delegate(address target, bytes memory data) internal {
        (bool ok,) = target.delegatecall(data);
        require(ok);
    }
}
