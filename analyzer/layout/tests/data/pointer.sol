pragma solidity ^0.6.0;

library Store {
    struct Layout {
        uint8 a;
        address b;
    }

    bytes32 internal constant POSITION = keccak256("vault.store");

    function layout() internal pure returns (Layout storage ds) {
        bytes32 position = POSITION;
        assembly { ds_slot := position }
    }
}

contract Vault {
    function b() external view returns (address) {
        return Store.layout().b;
    }
}
