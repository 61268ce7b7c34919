// SPDX-License-Identifier: MIT
pragma solidity >=0.4.26 <0.9.0;

/// Structs in mappings and arrays, and several variables in one word.
contract Records {
    struct Position { uint128 amount; uint64 since; bool open; address owner; uint256[] history; }
    struct Book { uint256 total; mapping(address => Position) positions; mapping(uint256 => mapping(address => bool)) seen; }

    address public owner;
    uint32 public count;
    bool public paused;
    int16 public delta;
    mapping(uint256 => Book) internal books;
    Position[] internal closed;
    mapping(bytes32 => uint8[40]) internal tables;
    uint16[] public small;

    event Opened(uint256 indexed book, address indexed who, uint128 amount);

    constructor() public payable { owner = msg.sender; }

    modifier onlyOwner() { require(msg.sender == owner, "not the owner"); _; }
    modifier whenOpen(uint256 book, address who) {
        require(!paused);
        require(books[book].positions[who].open, "closed");
        _;
    }

    function open(uint256 book, uint128 amount) external returns (uint256 total) {
        Position storage position = books[book].positions[msg.sender];
        position.amount += amount;
        position.since = uint64(block.timestamp);
        position.open = true;
        position.owner = msg.sender;
        position.history.push(amount);
        books[book].total += amount;
        books[book].seen[amount][msg.sender] = true;
        count++;
        emit Opened(book, msg.sender, amount);
        return books[book].total;
    }

    function close(uint256 book) external whenOpen(book, msg.sender) {
        Position storage position = books[book].positions[msg.sender];
        books[book].total -= position.amount;
        closed.push(position);
        delete books[book].positions[msg.sender];
        count -= 1;
    }

    function position(uint256 book, address who) external view returns (uint128, uint64, bool, uint256) {
        Position storage found = books[book].positions[who];
        return (found.amount, found.since, found.open, found.history.length);
    }

    function closedAmount(uint256 index) external view returns (uint128, address) {
        return (closed[index].amount, closed[index].owner);
    }

    function setTable(bytes32 key, uint256 index, uint8 value) external onlyOwner { tables[key][index] = value; }
    function table(bytes32 key, uint256 index) external view returns (uint8) { return tables[key][index]; }
    function addSmall(uint16 value) external { small.push(value); }
    function sumSmall() external view returns (uint256 sum) {
        for (uint256 i = 0; i < small.length; i++) sum += small[i];
    }
    function setPaused(bool value) external onlyOwner { paused = value; }
    function setDelta(int16 value) external onlyOwner { delta = value; }
    function move(address to) external onlyOwner { owner = to; }
}
