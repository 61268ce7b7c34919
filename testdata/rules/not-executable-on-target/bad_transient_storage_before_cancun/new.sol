//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail
//@ hardfork: shanghai

contract Vault { //~ HIGH DF005 (proved, introduced): `TSTORE`
    function lock() external { assembly { tstore(0, 1) } }
}
