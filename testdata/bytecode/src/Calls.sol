// SPDX-License-Identifier: MIT
pragma solidity >=0.6.2 <0.9.0;
pragma experimental ABIEncoderV2;

interface Token {
    function transfer(address to, uint256 amount) external returns (bool);
    function balanceOf(address who) external view returns (uint256);
    function name() external view returns (string memory);
}

/// Calls of other contracts: caught, raw, by delegation, with a value, and of the contract itself.
contract Calls {
    mapping(address => uint256) public paid;
    mapping(address => bytes) internal answers;
    string public lastError;
    Token public token;
    uint256 internal depth;

    function setToken(Token value) external { token = value; }

    function pull(Token from, uint256 amount) external returns (uint256 outcome) {
        try from.transfer(address(this), amount) returns (bool done) {
            outcome = done ? 1 : 2;
            paid[msg.sender] += amount;
        } catch Error(string memory reason) {
            lastError = reason;
            outcome = 3;
        } catch (bytes memory data) {
            answers[msg.sender] = data;
            outcome = 4;
        }
    }
    function names(Token coin, address who) external view returns (string memory, uint256) {
        return (coin.name(), coin.balanceOf(who) + token.balanceOf(address(this)));
    }
    function forward(address to, bytes calldata data, uint256 value) external payable returns (bytes memory) {
        (bool done, bytes memory result) = to.call{value: value}(data);
        if (!done) assembly { revert(add(result, 32), mload(result)) }
        answers[to] = result;
        return result;
    }
    function delegated(address to, bytes calldata data) external returns (bool done) { (done, ) = to.delegatecall(data); }
    function looked(address to, bytes calldata data) external view returns (bool done, bytes memory result) {
        return to.staticcall(data);
    }
    function nested(uint256 n) external returns (uint256) {
        if (n % 4 == 0) return depth;
        depth++;
        return this.nested(n % 4 - 1);
    }
    function multicall(bytes[] calldata data) external returns (bytes[] memory results) {
        results = new bytes[](data.length);
        for (uint256 i = 0; i < data.length; i++) {
            (bool done, bytes memory result) = address(this).delegatecall(data[i]);
            require(done, "multicall");
            results[i] = result;
        }
    }
    function recover(bytes32 hash, uint8 v, bytes32 r, bytes32 s) external returns (address who) {
        who = ecrecover(hash, v, r, s);
        require(who != address(0), "signature");
        paid[who] = uint256(keccak256(abi.encodePacked(hash, who)));
    }
}
