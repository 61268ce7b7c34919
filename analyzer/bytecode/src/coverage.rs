//! What the lifter did not see, each with its place and reason.

use crate::instruction::Pc;

/// Why something stayed unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unknown {
    /// A jump whose target could not be computed at all.
    JumpTarget,
    /// A jump to one of several targets of which only some could be computed.
    SomeJumpTargets,
    /// A jump through a function pointer that memory, storage or the caller supplies; followed to every label that the
    /// code ever stores.
    FunctionPointer,
    /// So many contexts meet in a block that they were merged.
    Contexts,
    /// A block is reached with ever other stack heights, so that further ones were not followed.
    StackHeights,
    /// The work that code of this size may cost was used up.
    Budget,
    /// A function does so much that not all of it is told.
    Effects,
}

impl Unknown {
    /// The reason as text.
    pub fn reason(self) -> &'static str {
        match self {
            Self::JumpTarget => "the target of a jump is not known",
            Self::SomeJumpTargets => "some targets of a jump are not known",
            Self::FunctionPointer => "a jump through a stored function pointer was followed to every stored label",
            Self::Contexts => "too many contexts meet in a block and were merged",
            Self::StackHeights => "a block is reached with too many stack heights",
            Self::Budget => "the work for code of this size was used up",
            Self::Effects => "a function does more than is told of it",
        }
    }
}

/// Something that stayed unknown at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CoverageGap {
    /// The instruction, or the first one of the block.
    pub pc: Pc,
    /// Why.
    pub unknown: Unknown,
}

/// Everything that stayed unknown, in ascending order of place and reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Each place and reason once.
    pub gaps: Vec<CoverageGap>,
}

impl Coverage {
    /// Whether nothing stayed unknown.
    pub fn is_complete(&self) -> bool {
        self.gaps.is_empty()
    }
}
