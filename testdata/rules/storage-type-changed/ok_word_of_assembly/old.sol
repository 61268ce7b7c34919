contract Vault {
    bytes32 constant HANDLER = 0x6c9a6c4a39284e37ed1cf53d337577d14212a4870fb976a4366c693b939918d5;
    function isSet() external view returns (bool set) {
        bytes32 slot = HANDLER;
        assembly { set := iszero(iszero(sload(slot))) }
    }
}
