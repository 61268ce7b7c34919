abstract contract Plain {
    address internal owner;
}
abstract contract Base is Plain {
    constructor(address first) { transfer(first); }
    function transfer(address next) internal { owner = next; }
}
