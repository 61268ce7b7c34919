//! The types that storage holds, in a table whose entries may refer to each other and to themselves.

use alloy_primitives::U256;

use crate::layout::StorageVariable;

/// Place of a type in its [`TypeTable`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(pub(crate) u32);

/// Types of one layout. Recursive types refer to themselves by identifier.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypeTable {
    types: Vec<StorageType>,
}

/// A type as storage sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StorageType {
    /// The type as the source language spells it.
    pub label: String,
    /// Bytes that stand in place: 32 for a mapping or the head of a dynamic array.
    pub size_bytes: U256,
    /// What it is.
    pub kind: TypeKind,
}

/// What a type is. Widths are in bits where the name says bits, else in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypeKind {
    /// `uintN`.
    Uint {
        /// 8 to 256.
        bits: u16,
    },
    /// `intN`.
    Int {
        /// 8 to 256.
        bits: u16,
    },
    /// `ufixedMxN` and `fixedMxN`; Vyper's `decimal`.
    Fixed {
        /// Whether it has a sign.
        is_signed: bool,
        /// Width.
        bits: u16,
        /// Decimal places.
        decimals: u8,
    },
    /// `bool`.
    Bool,
    /// `address` and `address payable`.
    Address,
    /// A contract or interface.
    Contract,
    /// `bytesN`.
    FixedBytes {
        /// 1 to 32.
        len_bytes: u8,
    },
    /// An enum; its members are known from the syntax tree only.
    Enum {
        /// Members in order, `None` without a syntax tree.
        members: Option<Vec<String>>,
    },
    /// A user-defined value type.
    UserDefined {
        /// The underlying type, `None` without a syntax tree.
        underlying: Option<TypeId>,
    },
    /// `bytes`.
    Bytes,
    /// `string`.
    String,
    /// A struct.
    Struct {
        /// Members with places relative to the struct's first slot.
        members: Vec<StorageVariable>,
    },
    /// An array of fixed length.
    StaticArray {
        /// Element type.
        element: TypeId,
        /// Number of elements.
        len: U256,
    },
    /// An array of dynamic length; its elements are a root of their own.
    DynamicArray {
        /// Element type.
        element: TypeId,
    },
    /// A mapping; its values are roots of their own.
    Mapping {
        /// Key type.
        key: TypeId,
        /// Value type.
        value: TypeId,
    },
    /// A function pointer of an external function: address and selector.
    ExternalFunction,
    /// A function pointer of an internal function: a place in the code.
    InternalFunction,
    /// Vyper's `Bytes[N]`: a length slot, then data.
    BoundedBytes {
        /// Greatest length.
        max_bytes: U256,
    },
    /// Vyper's `String[N]`: a length slot, then data.
    BoundedString {
        /// Greatest length.
        max_bytes: U256,
    },
    /// Vyper's `DynArray[T, N]`: a length slot, then elements in place.
    BoundedArray {
        /// Element type.
        element: TypeId,
        /// Greatest number of elements.
        max_len: U256,
    },
    /// Vyper's `flag` (before 0.4 `enum`): one bit a member.
    Flag {
        /// Members in the order of their bits, `None` when the source is unknown.
        members: Option<Vec<String>>,
    },
    /// Vyper's lock of `@nonreentrant`.
    Lock,
    /// A word that assembly accesses by its slot, where nothing tells what it holds. It contradicts no type.
    Word,
    /// A type that could not be read.
    Unknown,
}

impl TypeTable {
    /// Adds a type. Entries are appended and never change their place.
    pub fn push(&mut self, ty: StorageType) -> TypeId {
        // A layout has as many types as its document has entries, far fewer than a u32 counts.
        let id = TypeId(u32::try_from(self.types.len()).unwrap_or(u32::MAX));
        self.types.push(ty);
        id
    }

    /// Replaces a type that was entered before its parts were known, as recursion needs.
    pub fn set(&mut self, id: TypeId, ty: StorageType) {
        if let Some(entry) = self.types.get_mut(id.0 as usize) {
            *entry = ty;
        }
    }

    /// Every type with its identifier, in the order of entry.
    pub fn iter(&self) -> impl Iterator<Item = (TypeId, &StorageType)> {
        (0..).map(TypeId).zip(&self.types)
    }
}

impl std::ops::Index<TypeId> for TypeTable {
    type Output = StorageType;

    fn index(&self, id: TypeId) -> &StorageType {
        // A `TypeId` is only made by the table that it indexes.
        &self.types[id.0 as usize]
    }
}
