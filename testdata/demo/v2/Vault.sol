// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

/// A vault for ether. It runs behind an ERC-1967 proxy, which keeps the state, and its owner upgrades it.
contract Vault {
    bytes32 private constant IMPLEMENTATION_SLOT = 0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc;

    uint256 public feeBasisPoints;
    address public owner;
    uint256 public totalAssets;
    mapping(address account => uint256 assets) public balanceOf;

    event Deposit(address indexed account, uint256 assets);
    event Withdrawal(address indexed account, uint256 assets);
    event FeeChanged(uint256 feeBasisPoints);

    modifier onlyOwner() {
        require(msg.sender == owner, "not the owner");
        _;
    }

    function initialize(address owner_) external {
        require(owner == address(0) && owner_ != address(0), "initialized");
        owner = owner_;
    }

    function deposit() external payable {
        balanceOf[msg.sender] += msg.value;
        totalAssets += msg.value;
        emit Deposit(msg.sender, msg.value);
    }

    function withdraw(uint256 assets) external {
        balanceOf[msg.sender] -= assets;
        totalAssets -= assets;
        emit Withdrawal(msg.sender, assets);
        uint256 fee = assets * feeBasisPoints / 10_000;
        (bool sent,) = msg.sender.call{value: assets - fee}("");
        require(sent, "not sent");
    }

    function setFee(uint256 feeBasisPoints_) external onlyOwner {
        require(feeBasisPoints_ <= 1_000, "too high");
        feeBasisPoints = feeBasisPoints_;
        emit FeeChanged(feeBasisPoints_);
    }

    function proxiableUUID() external pure returns (bytes32) {
        return IMPLEMENTATION_SLOT;
    }

    function upgradeTo(address implementation) external onlyOwner {
        require(Vault(implementation).proxiableUUID() == IMPLEMENTATION_SLOT, "not a vault");
        assembly {
            sstore(IMPLEMENTATION_SLOT, implementation)
        }
    }
}
