interface IToken {}
enum Phase { Open, Closed }
contract Vault {
    mapping(uint8 => uint256) a;
    mapping(address => uint256) b;
    mapping(int8 => uint256) c;
    mapping(bytes4 => uint256) d;
    mapping(string => uint256) e;
    mapping(uint8 => uint256) f;
    mapping(Phase => uint256) g;
    mapping(bool => uint256) h;
}
