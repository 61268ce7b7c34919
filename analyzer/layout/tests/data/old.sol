pragma solidity >=0.4.24 <0.7.0;

contract Token {
    function balanceOf(address) public pure returns (uint256) { return 1; }
}

contract Owned {
    address internal owner;
    bool private paused;
    uint256 public constant CAP = 10;
    uint256[50] private ______gap;
}

library Sets {
    struct Set {
        mapping(address => bool) has;
        address[] values;
    }
}

contract Vault is Owned {
    enum Kind { A, B, C }

    struct Deposit {
        uint128 amount;
        uint64 since;
        Kind kind;
        Token token;
        bytes note;
    }

    uint constant N = 3;
    bytes32 internal constant IMPLEMENTATION_SLOT = 0x7050c9e0f4ca769c69bd3a8ef740bc37934f8e2c036e5a723fd8ee048ed3f8c3;
    uint8 internal first;
    Deposit internal one;
    byte internal flag;
    Deposit[N] internal few;
    mapping(address => Deposit[]) internal many;
    Sets.Set internal set;
    function(uint256) external returns (bool) internal hook;
    int24[N * 2] internal ticks;
    string internal name;
    uint16 internal last;

    function implementation() public view returns (address impl) {
        bytes32 slot = IMPLEMENTATION_SLOT;
        assembly {
            impl := sload(slot)
        }
    }
}
