pragma solidity 0.6.12;

contract Yul {
    address owner;

    modifier onlyOwner() {
        assembly {
            let expected := sload(owner_slot)
            if iszero(eq(caller(), expected)) { revert(0, 0) }
        }
        _;
    }

    function direct(address target) external {
        assembly {
            let code := and(target, 0xffffffffffffffffffffffffffffffffffffffff)
            let ok := delegatecall(gas(), code, 0, 0, 0, 0)
        }
    }

    function stored() external {
        assembly {
            let code := sload(0)
            pop(callcode(gas(), code, 0, 0, 0, 0, 0))
        }
    }

    function written(address target) external {
        assembly {
            target := sload(0)
        }
        (bool ok,) = target.delegatecall("");
        ok;
    }

    function guarded() external onlyOwner {
        assembly {
            selfdestruct(caller())
        }
    }
}
