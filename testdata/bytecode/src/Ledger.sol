// SPDX-License-Identifier: MIT
pragma solidity >=0.4.26 <0.9.0;

/// A vault's accounts in the style of code that is written without modifiers of others: `wards`, short names, `note`.
contract Ledger {
    mapping(address => uint256) public wards;
    mapping(address => mapping(address => uint256)) public can;
    struct Ilk { uint256 art; uint256 rate; uint256 spot; uint256 line; uint256 dust; }
    struct Urn { uint256 ink; uint256 art; }
    mapping(bytes32 => Ilk) public ilks;
    mapping(bytes32 => mapping(address => Urn)) public urns;
    mapping(bytes32 => mapping(address => uint256)) public gem;
    mapping(address => uint256) public dai;
    uint256 public debt;
    uint256 public line;
    uint256 public live;

    modifier note {
        _;
        assembly {
            let mark := mload(0x40)
            mstore(0x40, add(mark, 288))
            mstore(mark, 0x20)
            mstore(add(mark, 0x20), 224)
            calldatacopy(add(mark, 0x40), 0, 224)
            log4(mark, 288, and(calldataload(0), 0xffffffff00000000000000000000000000000000000000000000000000000000), caller(), calldataload(4), calldataload(36))
        }
    }
    modifier auth { require(wards[msg.sender] == 1, "Ledger/not-authorized"); _; }

    constructor() public { wards[msg.sender] = 1; live = 1; }

    function add(uint256 x, int256 y) internal pure returns (uint256 z) {
        z = x + uint256(y);
        require(y >= 0 || z <= x);
        require(y <= 0 || z >= x);
    }
    function mul(uint256 x, uint256 y) internal pure returns (uint256 z) { require(y == 0 || (z = x * y) / y == x); }
    function wish(address bit, address usr) internal view returns (bool) { return bit == usr || can[bit][usr] == 1; }

    function rely(address usr) external note auth { require(live == 1, "Ledger/not-live"); wards[usr] = 1; }
    function deny(address usr) external note auth { require(live == 1, "Ledger/not-live"); wards[usr] = 0; }
    function hope(address usr) external note { can[msg.sender][usr] = 1; }
    function nope(address usr) external note { can[msg.sender][usr] = 0; }
    function init(bytes32 ilk) external note auth { require(ilks[ilk].rate == 0, "Ledger/already-init"); ilks[ilk].rate = 10 ** 27; }
    function file(bytes32 what, uint256 data) external note auth {
        require(live == 1, "Ledger/not-live");
        if (what == "line") line = data; else revert("Ledger/unknown-param");
    }
    function file(bytes32 ilk, bytes32 what, uint256 data) external note auth {
        require(live == 1, "Ledger/not-live");
        if (what == "spot") ilks[ilk].spot = data;
        else if (what == "line") ilks[ilk].line = data;
        else if (what == "dust") ilks[ilk].dust = data;
        else revert("Ledger/unknown-param");
    }
    function slip(bytes32 ilk, address usr, int256 wad) external note auth { gem[ilk][usr] = add(gem[ilk][usr], wad); }
    function move(address src, address dst, uint256 rad) external note {
        require(wish(src, msg.sender), "Ledger/not-allowed");
        dai[src] = add(dai[src], -int256(rad));
        dai[dst] = add(dai[dst], int256(rad));
    }
    function frob(bytes32 i, address u, address v, int256 dink, int256 dart) external note {
        require(live == 1, "Ledger/not-live");
        Urn memory urn = urns[i][u];
        Ilk memory ilk = ilks[i];
        require(ilk.rate != 0, "Ledger/ilk-not-init");
        urn.ink = add(urn.ink, dink);
        urn.art = add(urn.art, dart);
        ilk.art = add(ilk.art, dart);
        uint256 tab = mul(ilk.rate, urn.art);
        debt = add(debt, dart);
        require(dart <= 0 || (mul(ilk.art, ilk.rate) <= ilk.line && debt <= line), "Ledger/ceiling-exceeded");
        require(urn.art == 0 || tab >= ilk.dust, "Ledger/dust");
        gem[i][v] = add(gem[i][v], -dink);
        urns[i][u] = urn;
        ilks[i] = ilk;
    }
    function cage() external note auth { live = 0; }
}
