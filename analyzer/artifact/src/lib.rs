//! What a compiler gave us: contracts with their bytecode, interfaces, storage layouts and syntax trees.
//!
//! # Invariant
//!
//! This crate is a leaf. It turns bytes into typed values and never opens a file, starts a process or speaks to a
//! network. It knows the formats of compilers and frameworks; it does not know what a storage slot means, what an
//! opcode does or what makes an upgrade unsafe. Whatever a document leaves out is `None` here, never a default.

pub mod artifact;
pub mod ast;
pub mod layout_output;
pub mod read;
pub mod source;
pub mod source_map;

pub use alloy_json_abi::JsonAbi;
pub use artifact::{
    Artifact, Bytecode, CompilerInfo, ContractName, ImmutableReference, Language, LinkReference, Settings, Unit,
};
pub use ast::{Ast, AstId, Field, Node, NodeKind, NodeRef, Tree};
pub use layout_output::{SolcStorageLayout, SolcStorageType, SolcStorageVariable, VyperStorageLayout, VyperVariable};
pub use source::{LineColumn, Source, SourceId, SourceText, Span};
pub use source_map::{Jump, SourceMapEntry};
