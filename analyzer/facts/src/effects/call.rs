//! Whom the code calls, and with what.

use std::fmt;

use uplint_bytecode::opcode as op;
use uplint_bytecode::{Pc, Selector};

use super::word::Word;

/// How another contract is called or made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CallKind {
    /// `CALL`.
    Call,
    /// `CALLCODE`.
    CallCode,
    /// `DELEGATECALL`.
    DelegateCall,
    /// `STATICCALL`.
    StaticCall,
    /// `CREATE`.
    Create,
    /// `CREATE2`.
    Create2,
    /// `SELFDESTRUCT`, whose target receives the balance.
    SelfDestruct,
}

impl CallKind {
    /// The kind of an opcode.
    pub(super) fn of(opcode: u8) -> Option<Self> {
        Some(match opcode {
            op::CALL => Self::Call,
            op::CALLCODE => Self::CallCode,
            op::DELEGATECALL => Self::DelegateCall,
            op::STATICCALL => Self::StaticCall,
            op::CREATE => Self::Create,
            op::CREATE2 => Self::Create2,
            op::SELFDESTRUCT => Self::SelfDestruct,
            _ => return None,
        })
    }
}

impl fmt::Display for CallKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Call => "call",
            Self::CallCode => "callcode",
            Self::DelegateCall => "delegatecall",
            Self::StaticCall => "staticcall",
            Self::Create => "create",
            Self::Create2 => "create2",
            Self::SelfDestruct => "selfdestruct",
        })
    }
}

/// A call of another contract.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Call {
    /// The instruction.
    pub pc: Pc,
    /// How.
    pub kind: CallKind,
    /// Whom; for a creation, nobody knows yet.
    pub target: Word,
    /// The value that is sent, in wei. `None` where the instruction names none: a `DELEGATECALL` keeps that of the
    /// call, a `STATICCALL` sends nothing, and `SELFDESTRUCT` sends the balance.
    pub value: Option<Word>,
    /// The selector of the call data, when it is constant.
    pub selector: Option<Selector>,
    /// Whether a branch depends on the call's success.
    pub is_checked: bool,
}
