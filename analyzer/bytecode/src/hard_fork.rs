//! Which hard fork first executes an opcode, and how forks are named.
//!
//! The forks are revm's [`SpecId`], in the order of their activation on Ethereum. Names are those of compilers and
//! clients in any case and with any separators, so `tangerineWhistle`, `Tangerine` and `tangerine-whistle` are one.

use revm_bytecode::opcode as op;
use revm_primitives::hardfork::SpecId;

/// A hard fork of Ethereum, ordered by activation.
pub type HardFork = SpecId;

/// The newest fork that is active on the main network.
pub const NEWEST_HARD_FORK: HardFork = SpecId::OSAKA;

/// Names by fork, the first one of each being the compilers' own.
const NAMES: &[(&str, HardFork)] = &[
    ("frontier", SpecId::FRONTIER),
    ("homestead", SpecId::HOMESTEAD),
    ("tangerineWhistle", SpecId::TANGERINE),
    ("tangerine", SpecId::TANGERINE),
    ("spuriousDragon", SpecId::SPURIOUS_DRAGON),
    ("spurious", SpecId::SPURIOUS_DRAGON),
    ("byzantium", SpecId::BYZANTIUM),
    // Petersburg undid a part of Constantinople in the same block, so no chain ever stood between the two.
    ("petersburg", SpecId::PETERSBURG),
    ("constantinople", SpecId::PETERSBURG),
    ("istanbul", SpecId::ISTANBUL),
    ("muirGlacier", SpecId::ISTANBUL),
    ("berlin", SpecId::BERLIN),
    ("london", SpecId::LONDON),
    ("arrowGlacier", SpecId::LONDON),
    ("grayGlacier", SpecId::LONDON),
    ("paris", SpecId::MERGE),
    ("merge", SpecId::MERGE),
    ("shanghai", SpecId::SHANGHAI),
    ("cancun", SpecId::CANCUN),
    ("dencun", SpecId::CANCUN),
    ("prague", SpecId::PRAGUE),
    ("pectra", SpecId::PRAGUE),
    ("osaka", SpecId::OSAKA),
    ("fusaka", SpecId::OSAKA),
    ("amsterdam", SpecId::AMSTERDAM),
];

/// The fork of this name, or `None` when there is none.
pub fn hard_fork_named(name: &str) -> Option<HardFork> {
    let plain = |text: &str| -> String {
        text.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
    };
    let wanted = plain(name);
    NAMES.iter().find(|(known, _)| plain(known) == wanted).map(|&(_, fork)| fork)
}

/// The name that compilers give to a fork.
pub fn hard_fork_name(fork: HardFork) -> &'static str {
    NAMES.iter().find(|&&(_, known)| known == fork).map_or("unknown", |&(name, _)| name)
}

/// The first fork that executes this opcode; `None` for an opcode that no fork defines.
///
/// Sources: EIP-7 (Homestead), EIP-140, 211, 214 (Byzantium), EIP-145, 1014, 1052 (Petersburg), EIP-1344, 1884
/// (Istanbul), EIP-3198 (London), EIP-3855 (Shanghai), EIP-1153, 4844, 5656, 7516 (Cancun), EIP-7939 (Osaka).
pub fn introduced_in(opcode: u8) -> Option<HardFork> {
    op::OpCode::new(opcode)?;
    Some(match opcode {
        op::DELEGATECALL => SpecId::HOMESTEAD,
        op::REVERT | op::RETURNDATASIZE | op::RETURNDATACOPY | op::STATICCALL => SpecId::BYZANTIUM,
        op::SHL | op::SHR | op::SAR | op::CREATE2 | op::EXTCODEHASH => SpecId::PETERSBURG,
        op::CHAINID | op::SELFBALANCE => SpecId::ISTANBUL,
        op::BASEFEE => SpecId::LONDON,
        op::PUSH0 => SpecId::SHANGHAI,
        op::TLOAD | op::TSTORE | op::MCOPY | op::BLOBHASH | op::BLOBBASEFEE => SpecId::CANCUN,
        op::CLZ => SpecId::OSAKA,
        _ if is_of_the_first_table(opcode) => SpecId::FRONTIER,
        // The table also lists opcodes of forks that are still being made.
        _ => SpecId::AMSTERDAM,
    })
}

/// Opcodes of the Yellow Paper's first edition, INVALID included (EIP-141 only names what always failed).
fn is_of_the_first_table(opcode: u8) -> bool {
    matches!(opcode,
        op::STOP..=op::SIGNEXTEND
        | op::LT..=op::BYTE
        | op::KECCAK256
        | op::ADDRESS..=op::EXTCODECOPY
        | op::BLOCKHASH..=op::GASLIMIT
        | op::POP..=op::JUMPDEST
        | op::PUSH1..=op::LOG4
        | op::CREATE..=op::RETURN
        | op::INVALID
        | op::SELFDESTRUCT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opcodes_begin_with_their_fork() {
        for (opcode, fork) in [
            (0x01, SpecId::FRONTIER),
            (0xfe, SpecId::FRONTIER),
            (0xf4, SpecId::HOMESTEAD),
            (0xfd, SpecId::BYZANTIUM),
            (0xf5, SpecId::PETERSBURG),
            (0x46, SpecId::ISTANBUL),
            (0x48, SpecId::LONDON),
            (0x5f, SpecId::SHANGHAI),
            (0x5c, SpecId::CANCUN),
            (0x49, SpecId::CANCUN),
            (0x1e, SpecId::OSAKA),
        ] {
            assert_eq!(introduced_in(opcode), Some(fork), "{opcode:#x}");
        }
        assert_eq!(introduced_in(0x0c), None);
    }

    #[test]
    fn names_ignore_case_and_separators() {
        assert_eq!(hard_fork_named("Tangerine-Whistle"), Some(SpecId::TANGERINE));
        assert_eq!(hard_fork_named("PARIS"), hard_fork_named("merge"));
        assert_eq!(hard_fork_named("shangai"), None);
        assert_eq!(hard_fork_name(SpecId::MERGE), "paris");
    }
}
