//! The accounts that a contract meets: itself, its caller, and others that answer calls in several ways.

use std::collections::BTreeMap;
use std::convert::Infallible;

use revm::primitives::{Address, AddressMap, B256, Bytes, StorageKey, StorageValue, U256, keccak256};
use revm::state::{Account, AccountInfo, Bytecode};
use revm::{Database, DatabaseCommit};

use super::random::Random;

/// The contract whose code is judged.
pub(super) const CONTRACT: Address = Address::repeat_byte(0xc0);

/// Who calls it.
pub(super) const CALLER: Address = Address::repeat_byte(0xca);

/// Answers with small numbers, which are also true.
pub const ANSWERS_ONE: Address = Address::repeat_byte(0xa1);

/// Answers with dynamic data that are as long as 64 bytes.
pub(super) const ANSWERS_BYTES: Address = Address::repeat_byte(0xa2);

/// Answers with what it was asked, so that a selector is confirmed by itself.
pub(super) const ECHOES: Address = Address::repeat_byte(0xa3);

/// Reverts with a message.
pub(super) const REVERTS: Address = Address::repeat_byte(0xa4);

/// What storage holds that nobody has written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fill {
    /// Zeros, as after a deployment.
    Zero,
    /// The address of the caller, so that it is the owner of whatever has one.
    Caller,
    /// Words that depend on the slot and on this seed.
    Seeded(u64),
}

/// All accounts and their storage.
#[derive(Debug)]
pub(super) struct World {
    codes: BTreeMap<Address, Bytecode>,
    storage: BTreeMap<(Address, U256), U256>,
    fill: Fill,
}

impl World {
    /// With a code at the contract's address.
    pub(super) fn new(code: &[u8], fill: Fill) -> Self {
        let mut codes = BTreeMap::from(others().map(|(address, code)| (address, bytecode(&code))));
        codes.insert(CONTRACT, bytecode(code));
        Self { codes, storage: BTreeMap::new(), fill }
    }

    fn filled(&self, slot: U256) -> U256 {
        let caller = U256::from_be_slice(CALLER.as_slice());
        match self.fill {
            Fill::Zero => U256::ZERO,
            Fill::Caller => caller,
            Fill::Seeded(seed) => {
                let hash = keccak256(slot.to_be_bytes::<32>());
                let mut random = Random::new(seed ^ u64::from_be_bytes(hash[..8].try_into().unwrap_or_default()));
                match random.below(8) {
                    0..=2 => U256::ZERO,
                    3 => U256::ONE,
                    4 => U256::from(random.below(70)),
                    5 => caller,
                    6 => U256::from_be_slice(random.choose(&ADDRESSES).unwrap_or(CALLER).as_slice()),
                    _ => random.word(),
                }
            }
        }
    }
}

/// The addresses that calls and storage mention.
pub(super) const ADDRESSES: [Address; 7] =
    [CALLER, CONTRACT, ANSWERS_ONE, ANSWERS_BYTES, ECHOES, REVERTS, Address::repeat_byte(0xee)];

/// The codes of the other accounts.
fn others() -> [(Address, Vec<u8>); 4] {
    // PUSH1 word DUP1 PUSH1 place MSTORE: the word at several places; then PUSH1 len PUSH0 RETURN.
    let store = |word: u8, place: u8| [0x60, word, 0x60, place, 0x52];
    let ones = [store(1, 0), store(1, 0x20), store(1, 0x40), store(1, 0x60)].concat();
    let bytes = [store(0x20, 0), store(0x40, 0x20), store(1, 0x40), store(2, 0x60)].concat();
    let end = |len: u8, opcode: u8| vec![0x60, len, 0x5f, opcode];
    // CALLDATASIZE PUSH0 PUSH0 CALLDATACOPY; PUSH1 32 CALLDATASIZE ADD PUSH0 RETURN.
    let echo = vec![0x36, 0x5f, 0x5f, 0x37, 0x60, 0x20, 0x36, 0x01, 0x5f, 0xf3];
    // The selector of `Error(string)` is PUSHed and moved to the most significant bytes.
    let mut error = vec![0x63, 0x08, 0xc3, 0x79, 0xa0, 0x60, 0xe0, 0x1b, 0x5f, 0x52];
    error.extend([store(0x20, 4), store(0, 0x24)].concat());
    error.extend(end(0x44, 0xfd));
    [
        (ANSWERS_ONE, [ones, end(0x80, 0xf3)].concat()),
        (ANSWERS_BYTES, [bytes, end(0x80, 0xf3)].concat()),
        (ECHOES, echo),
        (REVERTS, error),
    ]
}

fn bytecode(code: &[u8]) -> Bytecode {
    Bytecode::new_raw_checked(Bytes::copy_from_slice(code)).unwrap_or_default()
}

impl Database for World {
    type Error = Infallible;

    fn basic(&mut self, address: Address) -> Result<Option<AccountInfo>, Infallible> {
        // Rich enough for every value that a call sends, and far from an overflow.
        let rich = AccountInfo { balance: U256::from(u128::MAX), ..AccountInfo::default() };
        Ok(match self.codes.get(&address) {
            Some(code) => Some(AccountInfo { code_hash: code.hash_slow(), code: Some(code.clone()), nonce: 1, ..rich }),
            None if address == CALLER => Some(rich),
            None => None,
        })
    }

    fn code_by_hash(&mut self, _: B256) -> Result<Bytecode, Infallible> {
        Ok(Bytecode::default())
    }

    fn storage(&mut self, address: Address, slot: StorageKey) -> Result<StorageValue, Infallible> {
        let written = self.storage.get(&(address, slot)).copied();
        Ok(written.unwrap_or_else(|| if address == CONTRACT { self.filled(slot) } else { U256::ZERO }))
    }

    fn block_hash(&mut self, number: u64) -> Result<B256, Infallible> {
        Ok(keccak256(number.to_be_bytes()))
    }
}

impl DatabaseCommit for World {
    /// Only storage is kept: balances, nonces and new accounts are as before in each call.
    fn commit(&mut self, changes: AddressMap<Account>) {
        let slots = changes.into_iter().flat_map(|(address, account)| {
            account.storage.into_iter().map(move |(slot, value)| ((address, slot), value))
        });
        self.storage
            .extend(slots.filter(|(_, value)| value.is_changed()).map(|(at, value)| (at, value.present_value())));
    }
}
