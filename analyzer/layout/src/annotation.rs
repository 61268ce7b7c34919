//! What teams have already annotated in NatSpec comments: the grammar of OpenZeppelin's upgrade plugins.
//!
//! A tag stands at the beginning of a line, `@custom:NAME`, and its arguments reach to the next tag, over several lines
//! if need be. A tag may be repeated. Reading is total: what is wrong is listed in [`Annotations::errors`], and whoever
//! obeys annotations must refuse to go on when that list is not empty, as the plugins do.

use std::fmt;

use uplint_artifact::{NodeRef, Span, Unit};

use crate::documentation::{Documentation, documentation_of};

/// The operations that OpenZeppelin's plugins call unsafe, by their identifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UnsafeKind {
    /// `state-variable-assignment`: a state variable with an initial value.
    StateVariableAssignment,
    /// `state-variable-immutable`: an immutable variable.
    StateVariableImmutable,
    /// `external-library-linking`: a library that is linked.
    ExternalLibraryLinking,
    /// `struct-definition`: no longer reported.
    StructDefinition,
    /// `enum-definition`: no longer reported.
    EnumDefinition,
    /// `constructor`: a constructor that does something.
    Constructor,
    /// `delegatecall`.
    Delegatecall,
    /// `selfdestruct`.
    Selfdestruct,
    /// `missing-public-upgradeto`: no way to upgrade further.
    MissingPublicUpgradeto,
    /// `internal-function-storage`: an internal function pointer in storage.
    InternalFunctionStorage,
    /// `missing-initializer`: bases with initializers, but none of its own.
    MissingInitializer,
    /// `missing-initializer-call`: a base's initializer that is never called.
    MissingInitializerCall,
    /// `duplicate-initializer-call`: a base's initializer that is called twice.
    DuplicateInitializerCall,
    /// `incorrect-initializer-order`: initializers called in another order than the bases'.
    IncorrectInitializerOrder,
}

impl UnsafeKind {
    /// All kinds, in the order of their documentation.
    pub const ALL: [UnsafeKind; 14] = [
        UnsafeKind::StateVariableAssignment,
        UnsafeKind::StateVariableImmutable,
        UnsafeKind::ExternalLibraryLinking,
        UnsafeKind::StructDefinition,
        UnsafeKind::EnumDefinition,
        UnsafeKind::Constructor,
        UnsafeKind::Delegatecall,
        UnsafeKind::Selfdestruct,
        UnsafeKind::MissingPublicUpgradeto,
        UnsafeKind::InternalFunctionStorage,
        UnsafeKind::MissingInitializer,
        UnsafeKind::MissingInitializerCall,
        UnsafeKind::DuplicateInitializerCall,
        UnsafeKind::IncorrectInitializerOrder,
    ];

    /// The identifier that annotations and options use.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            UnsafeKind::StateVariableAssignment => "state-variable-assignment",
            UnsafeKind::StateVariableImmutable => "state-variable-immutable",
            UnsafeKind::ExternalLibraryLinking => "external-library-linking",
            UnsafeKind::StructDefinition => "struct-definition",
            UnsafeKind::EnumDefinition => "enum-definition",
            UnsafeKind::Constructor => "constructor",
            UnsafeKind::Delegatecall => "delegatecall",
            UnsafeKind::Selfdestruct => "selfdestruct",
            UnsafeKind::MissingPublicUpgradeto => "missing-public-upgradeto",
            UnsafeKind::InternalFunctionStorage => "internal-function-storage",
            UnsafeKind::MissingInitializer => "missing-initializer",
            UnsafeKind::MissingInitializerCall => "missing-initializer-call",
            UnsafeKind::DuplicateInitializerCall => "duplicate-initializer-call",
            UnsafeKind::IncorrectInitializerOrder => "incorrect-initializer-order",
        }
    }

    /// Reads an identifier.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        UnsafeKind::ALL.into_iter().find(|kind| kind.id() == id)
    }
}

/// The annotations of one declaration or statement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Annotations {
    /// `@custom:oz-upgrades`: the contract is upgradeable.
    pub is_upgradeable: bool,
    /// `@custom:oz-upgrades-from`: the contract that it replaces, as written.
    pub upgrades_from: Option<String>,
    /// `@custom:oz-upgrades-unsafe-allow`: allowed here.
    pub unsafe_allow: Vec<UnsafeKind>,
    /// `@custom:oz-upgrades-unsafe-allow-reachable`: allowed here and in all that is reached from here.
    pub unsafe_allow_reachable: Vec<UnsafeKind>,
    /// `@custom:oz-upgrades-validate-as-initializer`: the function is an initializer whatever its name.
    pub is_initializer: bool,
    /// `@custom:oz-renamed-from`: the variable's old label.
    pub renamed_from: Option<String>,
    /// `@custom:oz-retyped-from`: the variable's old type label.
    pub retyped_from: Option<String>,
    /// `@custom:storage-location`: formula and identifier, for example `erc7201:example.main`.
    pub storage_location: Option<String>,
    /// What could not be read.
    pub errors: Vec<AnnotationError>,
}

/// An annotation that cannot be obeyed because it cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnnotationError {
    /// The tag, with `@custom:`.
    pub tag: String,
    /// What is wrong.
    pub problem: AnnotationProblem,
    /// The comment, or what it is attached to.
    pub span: Option<Span>,
}

/// What is wrong with an annotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnnotationProblem {
    /// An argument that is none of the identifiers of [`UnsafeKind`].
    UnknownKind(String),
    /// Another number of arguments than the tag takes.
    ArgumentCount {
        /// How many it takes.
        expected: usize,
        /// How many it has.
        found: usize,
    },
}

impl fmt::Display for AnnotationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.problem {
            AnnotationProblem::UnknownKind(kind) => {
                write!(f, "`{}` names `{kind}`, which is no kind of unsafe operation", self.tag)
            }
            AnnotationProblem::ArgumentCount { expected, found } => {
                let plural = if *expected == 1 { "" } else { "s" };
                write!(f, "`{}` takes {expected} argument{plural} and has {found}", self.tag)
            }
        }
    }
}

/// The annotations of a declaration or statement of this unit.
#[must_use]
pub fn annotations_of(unit: &Unit, node: NodeRef) -> Annotations {
    match documentation_of(unit, node) {
        Documentation::Text { text, span } => read(&text, Some(span)),
        Documentation::Absent | Documentation::Unknown => Annotations::default(),
    }
}

/// Reads the annotations of a comment without its marks.
#[must_use]
pub fn read(text: &str, span: Option<Span>) -> Annotations {
    let mut annotations = Annotations::default();
    for (name, arguments) in custom_tags(text) {
        let mut reader = Tag { name, arguments, span, errors: &mut annotations.errors };
        match name {
            "oz-upgrades" => annotations.is_upgradeable |= reader.is_plain(),
            "oz-upgrades-validate-as-initializer" => annotations.is_initializer |= reader.is_plain(),
            "oz-upgrades-from" => annotations.upgrades_from = reader.one().or(annotations.upgrades_from.take()),
            "oz-upgrades-unsafe-allow" => annotations.unsafe_allow.extend(reader.kinds()),
            "oz-upgrades-unsafe-allow-reachable" => annotations.unsafe_allow_reachable.extend(reader.kinds()),
            "oz-renamed-from" => annotations.renamed_from = reader.phrase().or(annotations.renamed_from.take()),
            "oz-retyped-from" => annotations.retyped_from = reader.phrase().or(annotations.retyped_from.take()),
            "storage-location" => {
                annotations.storage_location = reader.one().or(annotations.storage_location.take());
            }
            _ => {}
        }
    }
    annotations
}

/// One occurrence of a tag, and where to report what is wrong with it.
struct Tag<'a> {
    name: &'a str,
    arguments: Vec<&'a str>,
    span: Option<Span>,
    errors: &'a mut Vec<AnnotationError>,
}

impl Tag<'_> {
    fn error(&mut self, problem: AnnotationProblem) {
        self.errors.push(AnnotationError { tag: format!("@custom:{}", self.name), problem, span: self.span });
    }

    fn has(&mut self, expected: usize) -> bool {
        let found = self.arguments.len();
        if found != expected {
            self.error(AnnotationProblem::ArgumentCount { expected, found });
        }
        found == expected
    }

    fn is_plain(&mut self) -> bool {
        self.has(0)
    }

    fn one(&mut self) -> Option<String> {
        self.has(1).then(|| self.arguments.concat())
    }

    /// Labels of types contain blanks: all arguments are one.
    fn phrase(&mut self) -> Option<String> {
        (!self.arguments.is_empty() || self.has(1)).then(|| self.arguments.join(" "))
    }

    fn kinds(&mut self) -> Vec<UnsafeKind> {
        let mut kinds = Vec::new();
        for argument in std::mem::take(&mut self.arguments) {
            match UnsafeKind::from_id(argument) {
                Some(kind) => kinds.push(kind),
                None => self.error(AnnotationProblem::UnknownKind(argument.to_owned())),
            }
        }
        kinds
    }
}

/// Names and arguments of the `@custom:` tags; a line that begins with any other tag ends the arguments.
fn custom_tags(text: &str) -> Vec<(&str, Vec<&str>)> {
    let mut tags: Vec<(&str, Vec<&str>)> = Vec::new();
    let mut is_inside_custom = false;
    for line in text.lines().map(str::trim_start) {
        if let Some((name, arguments)) = custom_tag(line) {
            tags.push((name, arguments.split_whitespace().collect()));
            is_inside_custom = true;
        } else if is_tag(line) {
            is_inside_custom = false;
        } else if let Some((_, arguments)) = tags.last_mut().filter(|_| is_inside_custom) {
            arguments.extend(line.split_whitespace());
        }
    }
    tags
}

fn is_tag(line: &str) -> bool {
    line.strip_prefix('@')
        .is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '_'))
}

fn custom_tag(line: &str) -> Option<(&str, &str)> {
    let rest = line.strip_prefix("@custom:")?;
    let end = rest.find(|c: char| !c.is_ascii_lowercase() && c != '-').unwrap_or(rest.len());
    let (name, arguments) = rest.split_at(end);
    (arguments.is_empty() || arguments.starts_with(char::is_whitespace)).then_some((name, arguments))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<String> {
        read(text, None).errors.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_tag_is_read() {
        let annotations = read(
            " A vault.\n @custom:oz-upgrades\n @custom:oz-upgrades-from dir:a.sol:V1\n \
             @custom:oz-upgrades-unsafe-allow delegatecall constructor\n \
             @custom:oz-upgrades-unsafe-allow-reachable selfdestruct\n @custom:oz-upgrades-validate-as-initializer\n \
             @custom:oz-renamed-from total\n @custom:oz-retyped-from mapping(address => uint128)\n \
             @custom:storage-location erc7201:a.b\n @dev more",
            None,
        );
        let expected = Annotations {
            is_upgradeable: true,
            upgrades_from: Some("dir:a.sol:V1".into()),
            unsafe_allow: vec![UnsafeKind::Delegatecall, UnsafeKind::Constructor],
            unsafe_allow_reachable: vec![UnsafeKind::Selfdestruct],
            is_initializer: true,
            renamed_from: Some("total".into()),
            retyped_from: Some("mapping(address => uint128)".into()),
            storage_location: Some("erc7201:a.b".into()),
            errors: Vec::new(),
        };
        assert_eq!(annotations, expected);
    }

    #[test]
    fn arguments_span_lines_and_tags_repeat() {
        let text = "@custom:oz-upgrades-unsafe-allow\n  constructor\n  delegatecall\n@author me delegatecall\n\
                    @custom:oz-upgrades-unsafe-allow selfdestruct";
        let kinds = [UnsafeKind::Constructor, UnsafeKind::Delegatecall, UnsafeKind::Selfdestruct];
        assert_eq!(read(text, None).unsafe_allow, kinds);
    }

    #[test]
    fn a_tag_within_a_sentence_is_no_tag() {
        assert_eq!(read("see @custom:oz-upgrades", None), Annotations::default());
        assert_eq!(read("@custom:oz-upgradesX\n@custom:oz-upgrades-unknown x", None), Annotations::default());
    }

    #[test]
    fn an_unknown_kind_is_an_error() {
        assert_eq!(
            problems("@custom:oz-upgrades-unsafe-allow constructor delegate-call"),
            ["`@custom:oz-upgrades-unsafe-allow` names `delegate-call`, which is no kind of unsafe operation"]
        );
    }

    #[test]
    fn a_wrong_number_of_arguments_is_an_error() {
        for (text, message) in [
            ("@custom:oz-upgrades now", "`@custom:oz-upgrades` takes 0 arguments and has 1"),
            ("@custom:oz-upgrades-from", "`@custom:oz-upgrades-from` takes 1 argument and has 0"),
            ("@custom:storage-location erc7201:a b", "`@custom:storage-location` takes 1 argument and has 2"),
            ("@custom:oz-renamed-from", "`@custom:oz-renamed-from` takes 1 argument and has 0"),
        ] {
            assert_eq!(problems(text), [message]);
        }
    }

    #[test]
    fn identifiers_of_kinds_are_read_back() {
        for kind in UnsafeKind::ALL {
            assert_eq!(UnsafeKind::from_id(kind.id()), Some(kind));
        }
    }
}
