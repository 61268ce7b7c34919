// SPDX-License-Identifier: MIT
pragma solidity >=0.4.26 <0.9.0;

/// A library whose functions are called by delegation, and one whose functions are part of the contract.
library Sets {
    struct Set { mapping(address => uint256) places; address[] members; }

    function add(Set storage self, address who) internal returns (bool) {
        if (self.places[who] != 0) return false;
        self.members.push(who);
        self.places[who] = self.members.length;
        return true;
    }
    function contains(Set storage self, address who) internal view returns (bool) { return self.places[who] != 0; }
    function clear(Set storage self, address who) internal returns (bool) {
        uint256 place = self.places[who];
        if (place == 0) return false;
        address last = self.members[self.members.length - 1];
        self.members[place - 1] = last;
        self.places[last] = place;
        delete self.members[self.members.length - 1];
        delete self.places[who];
        return true;
    }
}

library Sums {
    struct Sum { uint256 total; uint64 rounds; }

    function grow(Sum storage self, uint256 by) external returns (uint256) {
        self.total += by;
        self.rounds += 1;
        return self.total;
    }
    function mean(Sum storage self) public view returns (uint256) { return self.rounds == 0 ? 0 : self.total / self.rounds; }
    function larger(uint256 a, uint256 b) public pure returns (uint256) { return a > b ? a : b; }
}

contract Members {
    using Sets for Sets.Set;
    using Sums for Sums.Sum;

    Sets.Set internal members;
    mapping(uint256 => Sets.Set) internal groups;
    Sums.Sum internal sum;

    function join() external returns (bool) { return members.add(msg.sender); }
    function leave() external returns (bool) { return members.clear(msg.sender); }
    function joinGroup(uint256 group, address who) external { require(groups[group].add(who), "member already"); }
    function isMember(address who, uint256 group) external view returns (bool, bool) {
        return (members.contains(who), groups[group].contains(who));
    }
    function pay(uint256 amount) external returns (uint256) { return sum.grow(amount); }
    function mean() external view returns (uint256) { return Sums.larger(sum.mean(), 1); }
}
