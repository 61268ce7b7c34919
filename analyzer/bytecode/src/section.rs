//! What each byte of a code is: instructions that run, code that it deploys, tables and constants that it reads, the
//! compiler's metadata, or nothing that was seen.
//!
//! The lifter says which instructions run and which regions are copied. A region that is copied whole is code to deploy
//! when interpreting it leads to a `RETURN` behind a `CODECOPY`, which is how creation code ends; every other region
//! that is copied and does not run is data. Metadata is what the compiler appends, within code to deploy as well. Bytes
//! of instructions stay instructions when they are copied too.

use std::ops::Range;

use revm_bytecode::opcode as op;

use crate::instruction::Pc;
use crate::lift::{End, Lifted, begins_block, lift};
use crate::trailer::metadata_regions;

/// Shortest region that is taken for code to deploy, in bytes: a word and less is a constant or a row of a table.
const SHORTEST_CREATION_BYTES: usize = 33;

/// How often as many bytes as the code has are interpreted, to see whether regions deploy; they overlap in hostile code.
const MAX_TIMES_INTERPRETED: usize = 2;

/// What the bytes of a section are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SectionKind {
    /// Instructions that may run.
    Code,
    /// Code that this one deploys.
    CreationCode,
    /// Rows of tables and constants that are read from the code.
    Data,
    /// The compiler's metadata.
    Metadata,
    /// Bytes that nothing was seen to run or to read.
    Unused,
}

impl SectionKind {
    /// Its name in output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::CreationCode => "creation code",
            Self::Data => "data",
            Self::Metadata => "metadata",
            Self::Unused => "unused",
        }
    }
}

/// A run of bytes of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Section {
    /// The first byte.
    pub start: Pc,
    /// How many bytes.
    pub len: u32,
    /// What they are.
    pub kind: SectionKind,
}

/// The sections of a code, which follow each other without a gap and of which no two neighbours are of one kind.
pub fn sections(lifted: &Lifted<'_>) -> Vec<Section> {
    let bytes = lifted.code.bytes();
    let mut kinds = vec![SectionKind::Unused; bytes.len()];
    let mut fill = |region: Range<usize>, kind: SectionKind| {
        if let Some(region) = kinds.get_mut(region) {
            region.fill(kind);
        }
    };
    let regions = lifted.copied.iter().map(|&(start, len)| start as usize..start as usize + len as usize);
    let (long, short): (Vec<_>, Vec<_>) = regions.partition(|region| region.len() >= SHORTEST_CREATION_BYTES);
    let mut left = bytes.len().saturating_mul(MAX_TIMES_INTERPRETED);
    for region in long {
        let is_affordable = region.len() < bytes.len() && region.len() <= left;
        left = left.saturating_sub(region.len());
        let deploys = is_affordable && bytes.get(region.clone()).is_some_and(deploys);
        fill(region, if deploys { SectionKind::CreationCode } else { SectionKind::Data });
    }
    for region in short {
        fill(region, SectionKind::Data);
    }
    for region in metadata_regions(bytes) {
        fill(region, SectionKind::Metadata);
    }
    for node in &lifted.nodes {
        fill(instructions_of(lifted, node.pc, node.end), SectionKind::Code);
    }
    joined(&kinds)
}

/// The bytes of the instructions of a block.
fn instructions_of(lifted: &Lifted<'_>, first: Pc, end: End) -> Range<usize> {
    let (start, len) = (first.0 as usize, lifted.code.bytes().len());
    let last = match end {
        End::Jump { pc, .. } | End::Branch { pc, .. } | End::Halt { pc } => Some(pc.0 as usize),
        End::FallThrough => None,
    };
    let mut pc = start;
    while pc < len {
        pc = lifted.code.behind(pc);
        if last.map_or_else(|| begins_block(&lifted.code, start, pc), |last| pc > last) {
            break;
        }
    }
    start.min(len)..pc.min(len)
}

/// Whether a code returns what it copied from itself.
fn deploys(code: &[u8]) -> bool {
    let lifted = lift(code);
    let halts = |opcode: u8| {
        lifted
            .nodes
            .iter()
            .any(|node| matches!(node.end, End::Halt { pc } if lifted.code.opcode_at(pc.0 as usize) == opcode))
    };
    halts(op::RETURN) && lifted.nodes.iter().flat_map(|node| &node.effects).any(|effect| effect.opcode == op::CODECOPY)
}

fn joined(kinds: &[SectionKind]) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for (at, &kind) in kinds.iter().enumerate() {
        match sections.last_mut() {
            Some(last) if last.kind == kind => last.len += 1,
            _ => {
                let Ok(start) = u32::try_from(at) else { break };
                sections.push(Section { start: Pc(start), len: 1, kind });
            }
        }
    }
    sections
}
