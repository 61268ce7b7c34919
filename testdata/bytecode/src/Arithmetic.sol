// SPDX-License-Identifier: MIT
pragma solidity >=0.8.4 <0.9.0;

error TooLarge(uint256 value, uint256 limit);

/// Checked arithmetic, enumerations, narrow and signed numbers, custom errors, panics, loops that break.
contract Arithmetic {
    enum Mode { Off, Slow, Fast, Turbo }

    Mode public mode;
    int64 public low;
    uint24 public ticks;
    int8[8] internal steps;
    mapping(Mode => uint256) public uses;
    mapping(int24 => int128) internal nets;

    function setMode(Mode value) external { mode = value; uses[value]++; }
    function next() external returns (Mode) { mode = Mode((uint8(mode) + 1) % 4); return mode; }
    function adjust(int64 by) external returns (int64) { low += by; return low; }
    function step(uint256 at, int8 by) external { steps[at] += by; }
    function total() external view returns (int256 sum) { for (uint256 i; i < steps.length; ++i) sum += steps[i]; }
    function net(int24 tick, int128 by) external { nets[tick] -= by; unchecked { ticks += uint24(tick); } }
    function divide(int256 a, int256 b) external pure returns (int256, int256) { return (a / b, a % b); }
    function power(uint8 base, uint8 exponent) external pure returns (uint256) { return uint256(base) ** exponent; }
    function shifted(uint256 a, uint8 by) external pure returns (uint256, int256) { return (a << by | a >> (256 - uint256(by)), int256(a) >> by); }
    function limited(uint256 value) external pure returns (uint256) {
        if (value > 1000) revert TooLarge(value, 1000);
        return value * 3 / 2;
    }
    function root(uint256 value) external pure returns (uint256 result) {
        if (value == 0) return 0;
        result = value;
        uint256 x = value / 2 + 1;
        while (true) { if (x >= result) break; result = x; x = (value / x + x) / 2; }
    }
    function mulDiv(uint256 a, uint256 b, uint256 d) external pure returns (uint256) { return a * b / d; }
    function assertSmall(uint256 value) external pure { assert(value < 10); }
    function pick(uint256 at) external pure returns (uint256) { uint256[4] memory all = [uint256(1), 2, 3, 4]; return all[at]; }
}
