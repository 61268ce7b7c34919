abstract contract Base {
    function end() internal { assembly { selfdestruct(caller()) } }
}
