pragma solidity 0.4.26;

contract Old {
    address owner;

    constructor() public {
        owner = msg.sender;
        assembly { selfdestruct(0) }
    }

    modifier onlyOwner() {
        if (msg.sender != owner) throw;
        _;
    }

    function () public payable {
        /* delegatecall(in a comment) */
        address(0x11).delegatecall(msg.data);
    }

    function direct(address target) public {
        target.delegatecall.gas(5000)(msg.data);
    }

    function text(address target) public {
        assembly {
            // a comment with callcode(…)
            let ok := delegatecall(gas, target, 0, 0, 0, 0)
        }
    }

    function byCallcode(address target) public onlyOwner {
        target.callcode(msg.data);
    }

    function end() public onlyOwner {
        suicide(owner);
    }
}
