pragma solidity 0.8.28;

library Address {
    function delegate(address target, bytes memory data) internal returns (bool ok) {
        (ok,) = target.delegatecall(data);
    }
}

function free(address target) {
    Address.delegate({data: "", target: target});
}

abstract contract Base {
    address internal owner;
    address internal immutable self = address(this);
    mapping(address => uint256) internal wards;
    mapping(address => uint256) internal balances;
    mapping(address => bool) internal banned;

    modifier auth() virtual {
        require(wards[msg.sender] == 1, "no ward");
        _;
    }

    function run(address target) internal virtual {
        Address.delegate(target, "");
    }

    function hook(address target) internal virtual {}
}

abstract contract Middle is Base {
    function hook(address target) internal virtual override {
        super.hook(target);
        run(target);
    }
}

contract Flow is Middle {
    address private kept;

    // The modifier of the most derived contract runs, and it tests nothing.
    modifier auth() override {
        _;
    }

    function byOverriddenModifier(address target) external auth {
        run(target);
    }

    function hook(address target) internal override {
        super.hook(target);
    }

    function bySuper(address target) external {
        hook(target);
    }

    function byFreeFunction(address target) external {
        free(target);
    }

    function afterReturn(address target) external {
        return;
        run(target);
    }

    function afterRevert(address target) external {
        if (target != address(0)) revert();
        else revert("never");
        run(target);
    }

    function ofWards(address target) external {
        require(wards[msg.sender] != 0);
        run(target);
    }

    function ofRich(address target) external {
        require(balances[msg.sender] > 1 ether);
        run(target);
    }

    function ofUnbanned(address target) external {
        require(!banned[msg.sender]);
        run(target);
    }

    function ofOwnerOrZero(address target) external {
        if (msg.sender != owner && target != address(0)) revert();
        run(target);
    }

    function ofOwnerOrWard(address target) external {
        require(msg.sender == owner || wards[msg.sender] == 1);
        run(target);
    }

    function ofHimself(address target, address who) external {
        require(msg.sender == who);
        run(target);
    }

    function ofOwnerByIf(address target) external {
        if (msg.sender == owner) run(target);
    }

    function inLoop(address[] calldata targets) external {
        for (uint256 i = 0; i < targets.length; i++) {
            run(targets[i]);
        }
    }

    function kept_() external {
        run(kept);
    }

    function itself() external {
        run(self);
        run(address(this));
    }

    function decoded(bytes calldata data) external {
        (address target, uint256 amount) = abi.decode(data, (address, uint256));
        amount;
        run(target);
    }

    function computed(uint256 salt) external {
        run(address(uint160(salt + 1)));
    }

    function reassigned(address target) external {
        target = kept;
        run(target);
    }

    function inTry(address target) external {
        try this.kept_() {
            require(msg.sender == owner);
        } catch {
            run(target);
        }
    }

    function recursive(address target, uint256 times) public {
        if (times > 0) recursive(target, times - 1);
        selfdestruct(payable(target));
    }
}
