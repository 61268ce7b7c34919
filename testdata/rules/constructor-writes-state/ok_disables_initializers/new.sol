//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass

import "./initializable.sol";
contract Vault is Initializable {
    uint256 total;
    constructor() {
        _disableInitializers();
    }
}
