//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass

import "./initializable.sol";
contract Vault is Initializable {
    uint256 public total;
    function initialize(uint256 start, uint256) external initializer { total = start; }
}
