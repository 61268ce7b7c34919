// SPDX-License-Identifier: MIT
pragma solidity >=0.8.0 <0.9.0;

/// Storage at the hash of a name, and functions that live in other contracts.
library Registry {
    bytes32 internal constant PLACE = keccak256("bytecode.registry");

    struct Facet { address at; uint16 position; }
    struct Data { mapping(bytes4 => Facet) facets; bytes4[] selectors; mapping(bytes4 => bool) interfaces; address owner; }

    function data() internal pure returns (Data storage found) {
        bytes32 place = PLACE;
        assembly { found.slot := place }
    }
    function checkOwner() internal view {
        Data storage all = data();
        require(all.owner == address(0) || all.owner == msg.sender, "not the owner");
    }
}

contract Facets {
    enum Action { Add, Replace, Remove }
    struct Cut { address facet; Action action; bytes4[] selectors; }

    event Changed(Cut[] cuts, address init, bytes data);

    function cut(Cut[] calldata cuts, address init, bytes calldata call) external {
        Registry.checkOwner();
        for (uint256 i; i < cuts.length; ++i) {
            if (cuts[i].action == Action.Add) add(cuts[i].facet, cuts[i].selectors);
            else if (cuts[i].action == Action.Replace) replace(cuts[i].facet, cuts[i].selectors);
            else remove(cuts[i].selectors);
        }
        emit Changed(cuts, init, call);
        if (init != address(0)) {
            (bool done, ) = init.delegatecall(call);
            require(done, "init");
        }
    }
    function add(address facet, bytes4[] calldata selectors) internal {
        Registry.Data storage all = Registry.data();
        for (uint256 i; i < selectors.length; ++i) {
            require(all.facets[selectors[i]].at == address(0), "there already");
            all.facets[selectors[i]] = Registry.Facet(facet, uint16(all.selectors.length));
            all.selectors.push(selectors[i]);
        }
    }
    function replace(address facet, bytes4[] calldata selectors) internal {
        for (uint256 i; i < selectors.length; ++i) Registry.data().facets[selectors[i]].at = facet;
    }
    function remove(bytes4[] calldata selectors) internal {
        Registry.Data storage all = Registry.data();
        for (uint256 i; i < selectors.length; ++i) {
            Registry.Facet memory old = all.facets[selectors[i]];
            bytes4 last = all.selectors[all.selectors.length - 1];
            all.selectors[old.position] = last;
            all.facets[last].position = old.position;
            all.selectors.pop();
            delete all.facets[selectors[i]];
        }
    }
    function own(address who) external { Registry.checkOwner(); Registry.data().owner = who; }
    function facets() external view returns (bytes4[] memory) { return Registry.data().selectors; }
    function supportsInterface(bytes4 id) external view returns (bool) { return Registry.data().interfaces[id]; }

    fallback() external payable {
        address facet = Registry.data().facets[msg.sig].at;
        require(facet != address(0), "no such function");
        assembly {
            calldatacopy(0, 0, calldatasize())
            let done := delegatecall(gas(), facet, 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            switch done case 0 { revert(0, returndatasize()) } default { return(0, returndatasize()) }
        }
    }
    receive() external payable {}
}
