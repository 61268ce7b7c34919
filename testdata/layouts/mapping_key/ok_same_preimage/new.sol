//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: pass
interface IToken {}
contract Vault {
    mapping(uint256 => uint256) a;
    mapping(IToken => uint256) b;
    mapping(int16 => uint256) c;
    mapping(bytes8 => uint256) d;
    mapping(bytes => uint256) e;
    mapping(int16 => uint256) f;
    mapping(uint8 => uint256) g;
    mapping(uint256 => uint256) h;
}
