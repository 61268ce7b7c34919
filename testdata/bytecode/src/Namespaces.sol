// SPDX-License-Identifier: MIT
pragma solidity >=0.8.20 <0.9.0;

/// Storage in namespaces (ERC-7201), an upgrade of the implementation, initialization once.
contract Namespaces {
    /// @custom:storage-location erc7201:bytecode.vault
    struct Vault { address asset; uint8 decimals; uint256 total; mapping(address => Share) shares; Lock[] locks; }
    struct Share { uint128 amount; uint64 until; }
    struct Lock { address who; uint96 amount; uint256 until; }

    bytes32 private constant VAULT = keccak256(abi.encode(uint256(keccak256("bytecode.vault")) - 1)) & ~bytes32(uint256(0xff));
    bytes32 private constant IMPLEMENTATION = 0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc;
    bytes32 private constant INITIALIZED = 0xf0c57e16840df040f15088dc2f81fe391c3923bec73e23a9662efc9c229c6a00;

    error AlreadyInitialized();

    function vault() private pure returns (Vault storage found) { bytes32 place = VAULT; assembly { found.slot := place } }

    function initialize(address asset, uint8 decimals) external {
        uint256 version;
        assembly { version := and(sload(INITIALIZED), 0xffffffffffffffff) }
        if (version != 0) revert AlreadyInitialized();
        assembly { sstore(INITIALIZED, 1) }
        vault().asset = asset;
        vault().decimals = decimals;
    }
    function deposit(uint128 amount, uint64 until) external {
        Vault storage all = vault();
        all.shares[msg.sender].amount += amount;
        all.shares[msg.sender].until = until;
        all.total += amount;
        all.locks.push(Lock(msg.sender, uint96(amount), until));
    }
    function share(address who) external view returns (Share memory) { return vault().shares[who]; }
    function lock(uint256 index) external view returns (Lock memory) { return vault().locks[index]; }
    function info() external view returns (address, uint8, uint256) { return (vault().asset, vault().decimals, vault().total); }
    function upgradeTo(address to, bytes calldata data) external {
        require(to.code.length > 0, "no code");
        assembly { sstore(IMPLEMENTATION, to) }
        if (data.length > 0) { (bool done, ) = to.delegatecall(data); require(done); }
    }
    function implementation() external view returns (address at) { assembly { at := sload(IMPLEMENTATION) } }
}
