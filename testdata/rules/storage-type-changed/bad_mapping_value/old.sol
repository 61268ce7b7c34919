enum Status { None, Proven }
contract Vault { mapping(bytes32 => Status) messages; }
