// SPDX-License-Identifier: MIT
pragma solidity >=0.8.0 <0.9.0;

/// Nested structs and dynamic values in call data and return data, abi coding by hand, EIP-712 hashes.
contract Structs {
    struct Inner { uint64 a; bytes32[] b; }
    struct Order { address maker; Inner[] inner; uint256[3] fixedPart; bytes data; bool buy; }

    mapping(bytes32 => uint256) public filled;
    mapping(address => mapping(uint256 => uint256)) internal bitmap;
    bytes32 private constant TYPE = keccak256("Order(address maker,bytes data,bool buy)");

    function hash(Order memory order) public view returns (bytes32) {
        bytes32 domain = keccak256(abi.encode(block.chainid, address(this)));
        return keccak256(abi.encodePacked("\x19\x01", domain, keccak256(abi.encode(TYPE, order.maker, keccak256(order.data), order.buy))));
    }
    function fill(Order calldata order, uint256 amount, bytes calldata signature) external returns (uint256 left) {
        require(order.maker != address(0) && signature.length > 0, "order");
        bytes32 id = hash(order);
        filled[id] += amount;
        for (uint256 i; i < order.inner.length; ++i) left += order.inner[i].a + order.inner[i].b.length;
        left += order.fixedPart[amount % 3];
    }
    function batch(Order[] calldata orders) external returns (bytes32[] memory ids) {
        ids = new bytes32[](orders.length);
        for (uint256 i; i < orders.length; ++i) { ids[i] = hash(orders[i]); filled[ids[i]] = i; }
    }
    function useNonce(uint256 nonce) external returns (bool) {
        uint256 word = bitmap[msg.sender][nonce >> 8];
        uint256 bit = 1 << (nonce & 0xff);
        if (word & bit != 0) return false;
        bitmap[msg.sender][nonce >> 8] = word | bit;
        return true;
    }
    function decode(bytes calldata data) external pure returns (address, Inner memory) { return abi.decode(data, (address, Inner)); }
    function many() external view returns (uint256, address, bytes memory, Inner[] memory list) {
        list = new Inner[](2);
        list[1].a = uint64(block.number);
        return (filled[0], address(this), abi.encodeWithSignature("many()", list), list);
    }
}
