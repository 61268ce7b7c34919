// SPDX-License-Identifier: MIT
pragma solidity >=0.5.12 <0.9.0;

// Debt positions in the style of Maker: short words, wards, parameters by name, and calls logged as they came.
contract Urns {
    mapping(address => uint256) public wards;

    struct Ilk {
        uint256 Art;
        uint256 rate;
        uint256 spot;
        uint256 line;
    }

    struct Urn {
        uint256 ink;
        uint256 art;
    }

    mapping(bytes32 => Ilk) public ilks;
    mapping(bytes32 => mapping(address => Urn)) public urns;
    mapping(bytes32 => mapping(address => uint256)) public gem;
    mapping(address => mapping(address => uint256)) public can;
    mapping(address => uint256) public dai;
    uint256 public debt;
    uint256 public Line;
    uint256 public live;

    modifier auth {
        require(wards[msg.sender] == 1, "Urns/not-authorized");
        _;
    }

    // Logs the selector, the caller and the first two words of the call, and the call itself.
    modifier note {
        _;
        assembly {
            let mark := mload(0x40)
            mstore(mark, 0x20)
            mstore(add(mark, 0x20), calldatasize())
            calldatacopy(add(mark, 0x40), 0, 224)
            log4(
                mark,
                288,
                shl(224, shr(224, calldataload(0))),
                caller(),
                calldataload(4),
                calldataload(36)
            )
        }
    }

    function setUp() external note {
        require(live == 0, "Urns/live");
        wards[msg.sender] = 1;
        live = 1;
    }

    function rely(address usr) external note auth {
        require(live == 1, "Urns/not-live");
        wards[usr] = 1;
    }

    function deny(address usr) external note auth {
        wards[usr] = 0;
    }

    function hope(address usr) external note {
        can[msg.sender][usr] = 1;
    }

    function file(bytes32 what, uint256 data) external note auth {
        if (what == "Line") Line = data;
        else revert("Urns/file-unrecognized-param");
    }

    function file(bytes32 ilk, bytes32 what, uint256 data) external note auth {
        if (what == "spot") ilks[ilk].spot = data;
        else if (what == "line") ilks[ilk].line = data;
        else revert("Urns/file-unrecognized-param");
    }

    function init(bytes32 ilk) external note auth {
        require(ilks[ilk].rate == 0, "Urns/ilk-already-init");
        ilks[ilk].rate = 10 ** 27;
    }

    function slip(bytes32 ilk, address usr, int256 wad) external note auth {
        gem[ilk][usr] = plus(gem[ilk][usr], wad);
    }

    function frob(bytes32 i, address u, int256 dink, int256 dart) external note {
        Urn memory urn = urns[i][u];
        Ilk memory ilk = ilks[i];
        require(ilk.rate != 0, "Urns/ilk-not-init");
        require(u == msg.sender || can[u][msg.sender] == 1, "Urns/not-allowed-u");

        urn.ink = plus(urn.ink, dink);
        urn.art = plus(urn.art, dart);
        ilk.Art = plus(ilk.Art, dart);
        debt = plus(debt, dart);
        require(dart <= 0 || (ilk.Art <= ilk.line && debt <= Line), "Urns/ceiling-exceeded");
        require((dart <= 0 && dink >= 0) || times(urn.art, ilk.rate) <= times(urn.ink, ilk.spot), "Urns/not-safe");

        gem[i][u] = plus(gem[i][u], 0 - dink);
        dai[u] = plus(dai[u], dart);
        urns[i][u] = urn;
        ilks[i] = ilk;
    }

    function plus(uint256 x, int256 y) internal pure returns (uint256 z) {
        z = x + uint256(y);
        require(y >= 0 || z <= x, "Urns/underflow");
        require(y <= 0 || z >= x, "Urns/overflow");
    }

    function times(uint256 x, uint256 y) internal pure returns (uint256 z) {
        require(y == 0 || (z = x * y) / y == x, "Urns/overflow");
    }
}
