// SPDX-License-Identifier: MIT
pragma solidity >=0.4.26 <0.9.0;

/// Internal function pointers in memory and in storage, and functions that call themselves and each other.
contract Pointers {
    function (uint256) internal returns (uint256) stored;
    mapping(uint256 => function (uint256) internal returns (uint256)) internal byKey;
    uint256 public last;

    struct Step { uint256 weight; function (uint256) internal returns (uint256) run; }

    function choose(uint256 which) external {
        stored = which == 0 ? twice : which == 1 ? squared : recorded;
        byKey[which] = stored;
    }

    function runStored(uint256 value) external returns (uint256) { return stored(value); }
    function runByKey(uint256 key, uint256 value) external returns (uint256) { return byKey[key](value); }

    function runMemory(uint256 rounds, uint256 start) external returns (uint256 value) {
        value = start;
        Step[3] memory steps;
        steps[0] = Step(1, twice);
        steps[1] = Step(2, squared);
        steps[2] = Step(3, recorded);
        for (uint256 i = 0; i < rounds % 7; i++) value = steps[i % 3].run(value % 1000) * steps[i % 3].weight;
        return value;
    }

    function runPassed(bool first, uint256 value) external returns (uint256) {
        return applied(first ? twice : recorded, value % 10000);
    }

    function factorial(uint256 n) external pure returns (uint256) { return product(n % 12); }
    function even(uint256 n) external pure returns (bool) { return isEven(n % 20); }
    function fibonacci(uint256 n) external pure returns (uint256) { return fib(n % 9); }

    function applied(function (uint256) internal returns (uint256) f, uint256 value) internal returns (uint256) { return f(f(value)); }
    function twice(uint256 value) internal returns (uint256) { last = 1; return value * 2; }
    function squared(uint256 value) internal returns (uint256) { last = 2; return value * value; }
    function recorded(uint256 value) internal returns (uint256) { last = value; return value; }
    function product(uint256 n) internal pure returns (uint256) { return n < 2 ? 1 : n * product(n - 1); }
    function isEven(uint256 n) internal pure returns (bool) { return n == 0 ? true : isOdd(n - 1); }
    function isOdd(uint256 n) internal pure returns (bool) { return n == 0 ? false : isEven(n - 1); }
    function fib(uint256 n) internal pure returns (uint256) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
}
