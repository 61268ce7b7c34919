shares: HashMap[int128, uint256]
