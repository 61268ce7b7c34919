//! What a contract's bytecode is, taken as bytes: how large, which code once metadata is cut, what it needs to run.

use std::collections::BTreeMap;

use alloy_primitives::{B256, keccak256};
use uplint_artifact::{Artifact, Bytecode};
use uplint_bytecode::{HardFork, Pc, Reach, introduced_in, reach, without_metadata};

/// An opcode that not every hard fork has, at its first place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The first fork that executes it.
    pub fork: HardFork,
    /// Its name.
    pub opcode: &'static str,
    /// Its first place, the surest one.
    pub pc: Pc,
    /// How that place is reached.
    pub reach: Reach,
}

/// Facts about a contract's bytecode.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CodeFacts {
    /// Length of the runtime code in bytes; `None` for contracts that cannot be deployed.
    pub runtime_len_bytes: Option<u64>,
    /// Hash of the runtime code without its metadata trailer.
    pub hash: Option<B256>,
    /// Libraries that a linker puts in, by their names, in ascending order.
    pub linked_libraries: Vec<String>,
    /// Opcodes that came with Homestead or later, one entry an opcode, in ascending order of fork and name.
    pub requirements: Vec<Requirement>,
}

/// Facts about the bytecode of an artifact.
pub(crate) fn code_facts(artifact: &Artifact) -> CodeFacts {
    let runtime = artifact.runtime.as_ref().filter(|code| !code.bytes.is_empty());
    CodeFacts {
        runtime_len_bytes: runtime.map(|code| code.bytes.len() as u64),
        hash: runtime.map(|code| keccak256(without_metadata(&code.bytes))),
        linked_libraries: linked_libraries([artifact.creation.as_ref(), runtime]),
        requirements: runtime.map(|code| requirements(&code.bytes)).unwrap_or_default(),
    }
}

fn linked_libraries(codes: [Option<&Bytecode>; 2]) -> Vec<String> {
    let mut names: Vec<_> =
        codes.into_iter().flatten().flat_map(|code| &code.link_references).map(|link| link.library.clone()).collect();
    names.sort();
    names.dedup();
    names
}

fn requirements(code: &[u8]) -> Vec<Requirement> {
    let mut first: BTreeMap<u8, Requirement> = BTreeMap::new();
    for (instruction, reach) in reach(without_metadata(code)) {
        let opcode = instruction.opcode;
        let Some(fork) = introduced_in(opcode.get()).filter(|&fork| fork > HardFork::FRONTIER) else { continue };
        let found = Requirement { fork, opcode: opcode.as_str(), pc: instruction.pc, reach };
        let entry = first.entry(opcode.get()).or_insert(found);
        if reach > entry.reach {
            *entry = found;
        }
    }
    let mut requirements: Vec<_> = first.into_values().collect();
    requirements.sort_by_key(|requirement| (requirement.fork, requirement.opcode));
    requirements
}
