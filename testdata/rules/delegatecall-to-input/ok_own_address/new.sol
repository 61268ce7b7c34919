//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass

import "./address.sol";
contract Vault {
    function multicall(bytes[] calldata calls) external {
        for (uint256 i = 0; i < calls.length; i++) {
            Address.delegate(address(this), calls[i]);
        }
    }
}
