//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
contract Vault {
    address private owner;
    uint256 total;
    constructor() {
        owner = msg.sender; //~ HIGH IN006 (proved, introduced): `owner`
    }
    function initialize(uint256 first) external {
        require(msg.sender == owner && total == 0);
        total = first;
        owner = address(this);
    }
}
