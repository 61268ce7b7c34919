from ethereum.ercs import IERC20
token: IERC20
