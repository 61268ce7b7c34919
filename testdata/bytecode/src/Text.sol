// SPDX-License-Identifier: MIT
pragma solidity >=0.8.0 <0.9.0;

/// Strings, bytes and nested arrays between storage, memory and call data.
contract Text {
    struct Entry { string title; bytes body; uint256[2][] pairs; }

    string public title;
    bytes public body;
    string[] public lines;
    uint256[][] internal grid;
    mapping(string => Entry) internal entries;
    bytes4[] public marks;
    bool[300] internal flags;

    function setTitle(string calldata value) external { title = value; }
    function append(bytes1 value) external { body.push(value); }
    function cut() external returns (bytes1 last) { last = body[body.length - 1]; body.pop(); }
    function addLine(string memory value) public returns (uint256) { lines.push(value); return lines.length; }
    function addLines(string[] calldata values) external { for (uint256 i; i < values.length; ++i) addLine(values[i]); }
    function setGrid(uint256[][] calldata value) external { delete grid; for (uint256 i; i < value.length; ++i) grid.push(value[i]); }
    function row(uint256 index) external view returns (uint256[] memory) { return grid[index]; }
    function setCell(uint256 x, uint256 y, uint256 value) external { grid[x][y] = value; }
    function setEntry(string calldata key, Entry calldata value) external {
        entries[key].title = value.title;
        entries[key].body = value.body;
        for (uint256 i; i < value.pairs.length; ++i) entries[key].pairs.push(value.pairs[i]);
    }
    function entry(string calldata key) external view returns (Entry memory) { return entries[key]; }
    function drop(string calldata key) external { delete entries[key]; }
    function mark(bytes4 value, uint256 at) external { if (at < marks.length) marks[at] = value; else marks.push(value); }
    function flag(uint256 at) external returns (bool) { flags[at] = !flags[at]; return flags[at]; }
    function same(string calldata a, string calldata b) external pure returns (bool) {
        return keccak256(bytes(a)) == keccak256(bytes(b));
    }
    function joined(string[] memory parts) external pure returns (string memory result) {
        for (uint256 i; i < parts.length; ++i) result = string(abi.encodePacked(result, parts[i]));
    }
    function clear() external { delete lines; delete grid; delete body; delete title; delete flags; }
}
