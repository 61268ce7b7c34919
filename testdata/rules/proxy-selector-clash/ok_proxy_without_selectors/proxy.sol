contract Proxy {
    address immutable implementation;
    address immutable ownerOfProxy;
    constructor(address target) { implementation = target; ownerOfProxy = msg.sender; }
    fallback() external payable {
        address target = implementation;
        assembly {
            calldatacopy(0, 0, calldatasize())
            let ok := delegatecall(gas(), target, 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            if iszero(ok) { revert(0, returndatasize()) }
            return(0, returndatasize())
        }
    }
}
