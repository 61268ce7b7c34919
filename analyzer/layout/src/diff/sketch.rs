//! Layouts for tests, written like Solidity: `struct S { uint256 a; } contract A { uint256 x; } contract B { S s; }`.
//!
//! Contracts are given most basic first. `layout at N` and `namespace ID at N { … }` make further roots, `@used`,
//! `@renamed OLD` and `@retyped OLD` before a variable annotate it. Variables that are `constant`, `immutable` or
//! `transient` go to the context. What does not parse panics: these are tests.

use std::collections::BTreeMap;
use std::sync::Arc;

use alloy_primitives::U256;
use uplint_artifact::{SourceId, Span};

use super::change::{StorageClass, UnstoredVariable};
use super::{DiffContext, LayoutDiff, VersionContext, diff};
use crate::layout::{LayoutOrigin, Root, RootKind, Space, StorageLayout, StorageVariable, Visibility};
use crate::place::{Place, Slot};
use crate::types::{StorageType, TypeId, TypeKind};

/// A layout and what it does not say.
#[derive(Default)]
pub(super) struct Sketch {
    pub(super) layout: StorageLayout,
    pub(super) context: VersionContext,
    named: BTreeMap<String, TypeId>,
    spans: u32,
}

/// Compares two sketches.
pub(super) fn diff_of(old: &str, new: &str) -> LayoutDiff {
    let (old, new) = (sketch(old), sketch(new));
    let context = DiffContext { old: old.context, new: new.context, ..DiffContext::default() };
    diff(&old.layout, &new.layout, &context)
}

/// Reads a sketch.
pub(super) fn sketch(text: &str) -> Sketch {
    let mut sketch = Sketch::default();
    let spaced = ["{", "}", "(", ")", ";", ",", "[", "]", "=>"]
        .iter()
        .fold(text.to_owned(), |text, mark| text.replace(mark, &format!(" {mark} ")));
    let tokens: Vec<&str> = spaced.split_whitespace().collect();
    let mut reader = Reader { tokens: &tokens, at: 0 };
    let mut linear: Vec<StorageVariable> = Vec::new();
    let mut base = U256::ZERO;
    let mut roots = Vec::new();
    while let Some(keyword) = reader.next() {
        match keyword {
            "struct" => {
                let name = reader.word();
                // Entered before its members, so that they may refer to it.
                let id = sketch.push(name, 0, TypeKind::Unknown);
                sketch.named.insert(name.to_owned(), id);
                let members = sketch.variables(&mut reader, name);
                let (members, size) = sketch.pack(members, Vec::new(), U256::ZERO);
                let ty = StorageType {
                    label: format!("struct {name}"),
                    size_bytes: size,
                    kind: TypeKind::Struct { members },
                };
                sketch.layout.types.set(id, ty);
            }
            "enum" | "flag" => {
                let name = reader.word();
                reader.expect("{");
                let members: Vec<String> = reader.until("}").filter(|word| *word != ",").map(str::to_owned).collect();
                let (size, kind) = match keyword {
                    "flag" => (32, TypeKind::Flag { members: Some(members) }),
                    _ if members.len() > 256 => (2, TypeKind::Enum { members: Some(members) }),
                    _ => (1, TypeKind::Enum { members: Some(members) }),
                };
                let id = sketch.push(name, size, kind);
                sketch.named.insert(name.to_owned(), id);
            }
            "type" => {
                let name = reader.word();
                let underlying = sketch.ty(&mut reader);
                let size = sketch.layout.types[underlying].size_bytes;
                let kind = TypeKind::UserDefined { underlying: Some(underlying) };
                let id = sketch.layout.types.push(StorageType { label: name.to_owned(), size_bytes: size, kind });
                sketch.named.insert(name.to_owned(), id);
            }
            "layout" => base = reader.number(),
            "abstract" => sketch.context.is_abstract = true,
            "contract" => {
                let name: Arc<str> = reader.word().into();
                sketch.context.bases.push(name.clone());
                let variables = sketch.variables(&mut reader, &name);
                linear = sketch.pack(variables, linear, base).0;
            }
            "namespace" | "slot" => {
                let id = reader.word().to_owned();
                reader.expect("at");
                let at = reader.number();
                let variables = sketch.variables(&mut reader, "Storage");
                let variables = sketch.pack(variables, Vec::new(), at).0;
                let kind = match keyword {
                    "slot" => RootKind::Unstructured { name: id },
                    _ => RootKind::Namespace { id },
                };
                roots.push(root(kind, at, variables));
            }
            other => panic!("unexpected `{other}`"),
        }
    }
    sketch.layout.roots.push(root(RootKind::Linear, base, linear));
    sketch.layout.roots.extend(roots);
    sketch
}

fn root(kind: RootKind, base: U256, variables: Vec<StorageVariable>) -> Root {
    Root {
        kind,
        space: Space::Storage,
        base: Slot(base),
        used_base: None,
        variables,
        origin: LayoutOrigin::Compiler,
        span: None,
        declared_in: None,
    }
}

impl Sketch {
    fn push(&mut self, label: &str, size: u64, kind: TypeKind) -> TypeId {
        self.layout.types.push(StorageType { label: label.to_owned(), size_bytes: U256::from(size), kind })
    }

    /// Variables between braces, not yet packed.
    fn variables(&mut self, reader: &mut Reader<'_>, declared_in: &str) -> Vec<StorageVariable> {
        reader.expect("{");
        let mut variables = Vec::new();
        while !reader.take("}") {
            let (mut is_referenced, mut renamed_from, mut retyped_from) = (false, None, None);
            loop {
                if reader.take("@used") {
                    is_referenced = true;
                } else if reader.take("@renamed") {
                    renamed_from = Some(reader.word().to_owned());
                } else if reader.take("@retyped") {
                    retyped_from = Some(reader.word().to_owned());
                } else {
                    break;
                }
            }
            let ty = self.ty(reader);
            let mut class = StorageClass::Storage;
            let label = loop {
                match reader.word() {
                    "constant" => class = StorageClass::Constant,
                    "immutable" => class = StorageClass::Immutable,
                    "transient" => class = StorageClass::Transient,
                    label => break label.to_owned(),
                }
            };
            reader.expect(";");
            self.spans += 1;
            let span = Some(Span { source: SourceId(0), start: self.spans, len: 1 });
            let declared_in: Option<Arc<str>> = Some(declared_in.into());
            if class != StorageClass::Storage {
                self.context.unstored.push(UnstoredVariable { label, class, declared_in, span, value: None });
                continue;
            }
            variables.push(StorageVariable {
                label,
                ty,
                place: Place { slot: Slot::default(), offset: 0, len_bytes: self.layout.types[ty].size_bytes },
                declared_in,
                span,
                renamed_from,
                retyped_from,
                is_referenced: Some(is_referenced),
                visibility: Some(Visibility::Internal),
            });
        }
        variables
    }

    /// Places variables behind others; also returns their size in whole slots.
    fn pack(
        &self,
        variables: Vec<StorageVariable>,
        mut placed: Vec<StorageVariable>,
        base: U256,
    ) -> (Vec<StorageVariable>, U256) {
        let mut at = placed.last().map_or((Slot(base), 0), |last| last.place.end());
        let mut must_align = placed.last().is_some_and(|last| self.is_slot_aligned(last.ty));
        for mut variable in variables {
            let size = variable.place.len_bytes;
            let is_aligned = self.is_slot_aligned(variable.ty);
            if at.1 != 0 && (is_aligned || must_align || U256::from(at.1) + size > U256::from(32)) {
                at = (at.0.offset(U256::from(1)), 0);
            }
            variable.place = Place { slot: at.0, offset: at.1, len_bytes: size };
            at = variable.place.end();
            must_align = is_aligned;
            placed.push(variable);
        }
        let slots = at.0.0 - base + U256::from(u8::from(at.1 != 0));
        (placed, slots * U256::from(32))
    }

    fn is_slot_aligned(&self, ty: TypeId) -> bool {
        matches!(self.layout.types[ty].kind, TypeKind::Struct { .. } | TypeKind::StaticArray { .. } | TypeKind::Unknown)
    }

    fn ty(&mut self, reader: &mut Reader<'_>) -> TypeId {
        let mut ty = self.plain_type(reader);
        while reader.take("[") {
            let element = &self.layout.types[ty];
            let label = element.label.clone();
            ty = if reader.take("]") {
                self.push(&format!("{label}[]"), 32, TypeKind::DynamicArray { element: ty })
            } else {
                let len = reader.number();
                reader.expect("]");
                let per_slot = if element.size_bytes <= U256::from(16) && !element.size_bytes.is_zero() {
                    U256::from(32) / element.size_bytes
                } else {
                    U256::from(1)
                };
                let slots_each = (element.size_bytes + U256::from(31)) >> 5;
                let is_packed = per_slot > U256::from(1);
                let slots = if is_packed { (len + per_slot - U256::from(1)) / per_slot } else { len * slots_each };
                let kind = TypeKind::StaticArray { element: ty, len };
                let size_bytes = slots * U256::from(32);
                self.layout.types.push(StorageType { label: format!("{label}[{len}]"), size_bytes, kind })
            };
        }
        ty
    }

    fn plain_type(&mut self, reader: &mut Reader<'_>) -> TypeId {
        let name = reader.word();
        if let Some(&id) = self.named.get(name) {
            return id;
        }
        let bits = |prefix: &str, default: u16| {
            let rest = name.strip_prefix(prefix)?;
            if rest.is_empty() { Some(default) } else { rest.parse::<u16>().ok() }
        };
        if name == "mapping" {
            reader.expect("(");
            let key = self.ty(reader);
            reader.expect("=>");
            let value = self.ty(reader);
            reader.expect(")");
            let label = format!("mapping({} => {})", self.layout.types[key].label, self.layout.types[value].label);
            return self.push(&label, 32, TypeKind::Mapping { key, value });
        }
        let (size, kind) = match name {
            "bool" => (1, TypeKind::Bool),
            "address" => (20, TypeKind::Address),
            "IToken" => (20, TypeKind::Contract),
            "bytes" => (32, TypeKind::Bytes),
            "string" => (32, TypeKind::String),
            "external" => (24, TypeKind::ExternalFunction),
            "internal" => (8, TypeKind::InternalFunction),
            "lock" => (32, TypeKind::Lock),
            "word" => (32, TypeKind::Word),
            "word_uint128" => (32, TypeKind::Uint { bits: 128 }),
            "word_int128" => (32, TypeKind::Int { bits: 128 }),
            "word_int256" => (32, TypeKind::Int { bits: 256 }),
            "vyper_bytes64" => (96, TypeKind::BoundedBytes { max_bytes: U256::from(64) }),
            "vyper_bytes96" => (128, TypeKind::BoundedBytes { max_bytes: U256::from(96) }),
            "unknown" => (32, TypeKind::Unknown),
            _ => {
                if let Some(bits) = bits("uint", 256) {
                    (u64::from(bits / 8), TypeKind::Uint { bits })
                } else if let Some(bits) = bits("int", 256) {
                    (u64::from(bits / 8), TypeKind::Int { bits })
                } else if let Some(len) = bits("bytes", 0) {
                    (u64::from(len), TypeKind::FixedBytes { len_bytes: u8::try_from(len).expect("bytesN") })
                } else {
                    panic!("unexpected type `{name}`")
                }
            }
        };
        self.push(name, size, kind)
    }
}

struct Reader<'t> {
    tokens: &'t [&'t str],
    at: usize,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Option<&'t str> {
        self.at += 1;
        self.tokens.get(self.at - 1).copied()
    }

    fn word(&mut self) -> &'t str {
        self.next().expect("a word")
    }

    fn number(&mut self) -> U256 {
        self.word().parse().expect("a number")
    }

    fn take(&mut self, token: &str) -> bool {
        let is_next = self.tokens.get(self.at) == Some(&token);
        self.at += usize::from(is_next);
        is_next
    }

    fn expect(&mut self, token: &str) {
        assert_eq!(self.word(), token);
    }

    fn until(&mut self, token: &'t str) -> impl Iterator<Item = &'t str> {
        let start = self.at;
        while self.word() != token {}
        self.tokens[start..self.at - 1].iter().copied()
    }
}

#[test]
fn sketches_pack_like_solidity() {
    let sketch = sketch("contract A { bool p; address o; uint128[3] a; uint8 x; } contract B { uint8 y; }");
    let places: Vec<String> =
        sketch.layout.roots[0].variables.iter().map(|v| format!("{}: {}", v.label, v.place)).collect();
    assert_eq!(
        places,
        ["p: slot 0, byte 0", "o: slot 0, bytes 1-20", "a: slots 1 to 2", "x: slot 3, byte 0", "y: slot 3, byte 1"]
    );
}
