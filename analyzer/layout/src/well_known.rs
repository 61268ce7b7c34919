//! Storage slots that standards and widely used libraries have given a name.

use std::sync::LazyLock;

use alloy_primitives::{U256, keccak256};

use crate::constant::erc7201;
use crate::place::Slot;

/// What is known of such a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WellKnownSlot {
    /// The slot.
    pub slot: Slot,
    /// The text that it is derived from, by which it is known.
    pub name: &'static str,
    /// What it holds.
    pub content: WellKnownContent,
}

/// What a well-known slot holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WellKnownContent {
    /// An address in the low 20 bytes.
    Address,
    /// A flag in the lowest byte.
    Bool,
    /// The first member of a struct.
    Struct,
}

/// The text that EIP-1822 hashes.
const PROXIABLE: &str = "PROXIABLE";

/// Slots of addresses that are the keccak256 of their name minus one (EIP-1967).
const MINUS_ONE_ADDRESSES: [&str; 3] = ["eip1967.proxy.implementation", "eip1967.proxy.admin", "eip1967.proxy.beacon"];

/// Slots of addresses that are the keccak256 of their name: EIP-1822 and OpenZeppelin's proxies before EIP-1967.
const HASHED_ADDRESSES: [&str; 5] = [
    PROXIABLE,
    "org.zeppelinos.proxy.implementation",
    "org.zeppelinos.proxy.admin",
    "org.zeppelinos.proxy.owner",
    "matic.network.proxy.implementation",
];

/// The struct at the keccak256 of its name of the reference implementation of EIP-2535.
const HASHED_STRUCTS: [&str; 1] = ["diamond.standard.diamond.storage"];

/// Namespaces of OpenZeppelin Contracts 5 (ERC-7201).
const NAMESPACES: &[&str] = &[
    "openzeppelin.storage.AccessControl",
    "openzeppelin.storage.AccessControlDefaultAdminRules",
    "openzeppelin.storage.AccessControlEnumerable",
    "openzeppelin.storage.AccessManaged",
    "openzeppelin.storage.AccessManager",
    "openzeppelin.storage.AccountERC7579",
    "openzeppelin.storage.AccountERC7579Hooked",
    "openzeppelin.storage.BridgeERC1155",
    "openzeppelin.storage.BridgeERC20",
    "openzeppelin.storage.BridgeERC721",
    "openzeppelin.storage.BridgeERC7802",
    "openzeppelin.storage.CrosschainLinked",
    "openzeppelin.storage.CrosschainRemoteExecutor",
    "openzeppelin.storage.EIP712",
    "openzeppelin.storage.ERC1155",
    "openzeppelin.storage.ERC1155Supply",
    "openzeppelin.storage.ERC1155URIStorage",
    "openzeppelin.storage.ERC20",
    "openzeppelin.storage.ERC20Capped",
    "openzeppelin.storage.ERC20Wrapper",
    "openzeppelin.storage.ERC2981",
    "openzeppelin.storage.ERC3009",
    "openzeppelin.storage.ERC4626",
    "openzeppelin.storage.ERC6909",
    "openzeppelin.storage.ERC6909ContentURI",
    "openzeppelin.storage.ERC6909Metadata",
    "openzeppelin.storage.ERC6909TokenSupply",
    "openzeppelin.storage.ERC721",
    "openzeppelin.storage.ERC721Consecutive",
    "openzeppelin.storage.ERC721Enumerable",
    "openzeppelin.storage.ERC721URIStorage",
    "openzeppelin.storage.ERC721Wrapper",
    "openzeppelin.storage.ERC7786Recipient",
    "openzeppelin.storage.Governor",
    "openzeppelin.storage.GovernorCountingFractional",
    "openzeppelin.storage.GovernorCountingOverridable",
    "openzeppelin.storage.GovernorCountingSimple",
    "openzeppelin.storage.GovernorPreventLateQuorum",
    "openzeppelin.storage.GovernorProposalGuardian",
    "openzeppelin.storage.GovernorSequentialProposalId",
    "openzeppelin.storage.GovernorSettings",
    "openzeppelin.storage.GovernorStorage",
    "openzeppelin.storage.GovernorTimelockAccess",
    "openzeppelin.storage.GovernorTimelockCompound",
    "openzeppelin.storage.GovernorTimelockControl",
    "openzeppelin.storage.GovernorVotes",
    "openzeppelin.storage.GovernorVotesQuorumFraction",
    "openzeppelin.storage.GovernorVotesSuperQuorumFraction",
    "openzeppelin.storage.Initializable",
    "openzeppelin.storage.MultiSignerERC7913",
    "openzeppelin.storage.MultiSignerERC7913Weighted",
    "openzeppelin.storage.Nonces",
    "openzeppelin.storage.NoncesKeyed",
    "openzeppelin.storage.Ownable",
    "openzeppelin.storage.Ownable2Step",
    "openzeppelin.storage.Pausable",
    "openzeppelin.storage.PaymasterERC721Owner",
    "openzeppelin.storage.ReentrancyGuard",
    "openzeppelin.storage.SignerECDSA",
    "openzeppelin.storage.SignerERC7913",
    "openzeppelin.storage.SignerP256",
    "openzeppelin.storage.SignerRSA",
    "openzeppelin.storage.TimelockController",
    "openzeppelin.storage.VestingWallet",
    "openzeppelin.storage.VestingWalletCliff",
    "openzeppelin.storage.Votes",
    "openzeppelin.storage.VotesExtended",
];

static WELL_KNOWN: LazyLock<Vec<WellKnownSlot>> = LazyLock::new(|| {
    let hash = |name: &str| U256::from_be_bytes(keccak256(name).0);
    let minus_one = |name: &str| hash(name).wrapping_sub(U256::from(1));
    let entry = |slot, name, content| WellKnownSlot { slot: Slot(slot), name, content };
    let rollback = "eip1967.proxy.rollback";
    let mut slots = vec![entry(minus_one(rollback), rollback, WellKnownContent::Bool)];
    slots.extend(MINUS_ONE_ADDRESSES.map(|name| entry(minus_one(name), name, WellKnownContent::Address)));
    slots.extend(HASHED_ADDRESSES.map(|name| entry(hash(name), name, WellKnownContent::Address)));
    slots.extend(HASHED_STRUCTS.map(|name| entry(hash(name), name, WellKnownContent::Struct)));
    slots.extend(NAMESPACES.iter().map(|name| entry(erc7201(name.as_bytes()), *name, WellKnownContent::Struct)));
    slots
});

/// The well-known slot of this number.
#[must_use]
pub fn well_known_slot(slot: Slot) -> Option<&'static WellKnownSlot> {
    WELL_KNOWN.iter().find(|known| known.slot == slot)
}

/// The slots of a proxy that its implementation must keep free: those of addresses of EIP-1967, and that of EIP-1822.
pub(crate) fn proxy_slots() -> impl Iterator<Item = &'static WellKnownSlot> {
    WELL_KNOWN.iter().filter(|known| MINUS_ONE_ADDRESSES.contains(&known.name) || known.name == PROXIABLE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_those_of_the_standards() {
        for (slot, name) in [
            ("0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc", "eip1967.proxy.implementation"),
            ("0xb53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103", "eip1967.proxy.admin"),
            ("0xa3f0ad74e5423aebfd80d3ef4346578335a9a72aeaee59ff6cb3582b35133d50", "eip1967.proxy.beacon"),
            ("0x4910fdfa16fed3260ed0e7147f7cc6da11a60208b5b9406d12a635614ffd9143", "eip1967.proxy.rollback"),
            ("0xc5f16f0fcc639fa48a6947836d9850f504798523bf8c9a3a87d5876cf622bcf7", "PROXIABLE"),
            (
                "0x7050c9e0f4ca769c69bd3a8ef740bc37934f8e2c036e5a723fd8ee048ed3f8c3",
                "org.zeppelinos.proxy.implementation",
            ),
            ("0x10d6a54a4754c8869d6886b5f5d7fbfa5b4522237ea5c60d11bc4e7a1ff9390b", "org.zeppelinos.proxy.admin"),
            ("0xc8fcad8db84d3cc18b4c41d551ea0ee66dd599cde068d998e57d5e09332c131c", "diamond.standard.diamond.storage"),
            ("0x9016d09d72d40fdae2fd8ceac6b6234c7706214fd39c1cd1e609a0528c199300", "openzeppelin.storage.Ownable"),
        ] {
            let slot = Slot(slot.parse().expect("a number"));
            assert_eq!(well_known_slot(slot).map(|known| known.name), Some(name));
        }
        assert_eq!(well_known_slot(Slot::default()), None);
    }
}
