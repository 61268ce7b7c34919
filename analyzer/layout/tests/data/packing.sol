// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

type Price is uint128;
type Tag is bytes4;

enum Size { Small, Medium, Large }

interface IToken {
    function balanceOf(address who) external view returns (uint256);
}

struct Point {
    uint128 x;
    int64 y;
}

library Sets {
    struct Set {
        bytes32[] values;
        mapping(bytes32 value => uint256 position) positions;
    }
}

contract Scalars {
    bool internal a;
    uint8 internal b;
    uint16 internal c;
    uint24 internal d;
    int136 internal e;
    bytes1 internal f;
    bytes7 internal g;
    bytes31 internal h;
    address internal i;
    address payable internal j;
    IToken internal k;
    Size internal l;
    Price internal m;
    Tag internal n;
    function(uint256) external view returns (bool) internal o;
    function(uint256) internal pure returns (bool) internal p;
    string internal q;
    bytes internal r;
    uint256 internal constant S = 1;
    uint256 internal immutable t = 2;
    bool internal u;
}

contract Aggregates {
    struct Inner {
        uint8 a;
        uint256 b;
        uint8 c;
    }

    struct Outer {
        bool flag;
        Inner inner;
        bool after_;
        Inner[2] pair;
        mapping(address => Inner) byOwner;
        uint8[33] bytes33;
        uint128[3] halves;
        Sets.Set set;
        Point point;
        uint24 tail;
    }

    uint8 internal before;
    Inner internal inner;
    uint8 internal between;
    uint8[5] internal five;
    uint40[7] internal sevens;
    uint72[4] internal fours;
    bytes16[2][3] internal grid;
    uint8[2][] internal rows;
    uint256[][2] internal columns;
    Point[4] internal points;
    Outer internal outer;
    Outer[] internal outers;
    mapping(address owner => mapping(Price => Outer)) internal nested;
    Sets.Set internal set;
    string[2] internal names;
    function() external[3] internal hooks;
    Size[40] internal sizes;
    IToken[] internal tokens;
    uint8 internal last;
}

contract Recursive {
    struct Node {
        uint256 value;
        Node[] children;
        mapping(uint256 => Node) byKey;
    }

    struct Left {
        mapping(address => Right) rights;
    }

    struct Right {
        Left[] lefts;
        uint8 end;
    }

    Node internal root;
    Left internal left;
}

contract Base {
    uint64 internal baseA;
    uint256[2] private __gap;
}

contract Middle is Base {
    uint64 internal middleA;
    uint256 private shared;
}

contract Other is Base {
    address internal otherA;
    bool private shared;
}

contract Derived is Middle, Other {
    /// @custom:oz-renamed-from oldName
    /// @custom:oz-retyped-from mapping(address => uint128)
    mapping(address => uint256) public newName;
    uint256 private unused;

    function touch() external {
        newName[msg.sender] += otherA == address(0) ? baseA : 1;
        assembly {
            sstore(middleA.slot, 1)
        }
    }
}

contract Huge {
    uint256[2 ** 200] internal big;
    uint8 internal behind;
}
