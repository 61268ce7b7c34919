contract Vault { address private _owner; function owner() external view returns (address) { return _owner; } }
