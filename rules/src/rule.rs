//! What a rule is and how it describes itself.

use uplint_facts::UpgradeFacts;

use crate::finding::{Evidence, Finding, Severity};

/// A fact that a rule cannot do without, or does better with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Need {
    /// An old version to compare with.
    Old,
    /// Declared storage layouts of all versions given.
    Layout,
    /// The syntax tree of the new version, and of the old one when there is one.
    Ast,
    /// The interface of the new version, and of the old one when there is one.
    Abi,
    /// Runtime bytecode of the new version.
    Runtime,
    /// A proxy, as a contract or as bytecode.
    Proxy,
    /// Compiler settings of both versions.
    Settings,
}

/// A rule's page, by the headings of its doc comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleDocs {
    /// The whole page as Markdown, headings included.
    pub markdown: &'static str,
}

/// What is known about a rule without running it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleMeta {
    /// Identifier: family and number. Never reused.
    pub id: &'static str,
    /// Name in kebab case: what is wrong, not the cure.
    pub slug: &'static str,
    /// One line: what it finds.
    pub summary: &'static str,
    /// Impact of every finding.
    pub severity: Severity,
    /// Strongest evidence it can reach.
    pub evidence: Evidence,
    /// Facts without which the rule is not checked.
    pub required: &'static [Need],
    /// Facts without which its evidence is lower.
    pub sharpening: &'static [Need],
    /// Common weaknesses (CWE numbers).
    pub cwe: &'static [u16],
    /// Smart contract weaknesses (SCWE numbers).
    pub scwe: &'static [u16],
    /// Whether a finding counts whatever its state, because upgrading at all is unsafe.
    pub counts_when_existing: bool,
    /// Version of uplint that brought it.
    pub since: &'static str,
    /// Its page.
    pub docs: RuleDocs,
}

impl RuleMeta {
    /// Whether it compares storage layouts or namespaces, by the family of its identifier.
    pub fn is_about_storage(&self) -> bool {
        self.id.starts_with("SL") || self.id.starts_with("NS")
    }
}

/// One check.
pub trait Rule: Sync {
    /// What is known about it.
    fn meta(&self) -> &'static RuleMeta;

    /// Judges one upgrade. Pure and total; returns findings in a fixed order.
    fn check(&self, facts: &UpgradeFacts) -> Vec<Finding>;
}

/// Declares a rule: its doc comment becomes its page, the fields its metadata.
///
/// ```text
/// declare_rule! {
///     /// ## What it does
///     /// …
///     pub StorageVariableMoved = {
///         id: "SL001", slug: "storage-variable-moved", summary: "a state variable moved to other bytes",
///         severity: High, evidence: Proved, required: [Old, Layout], sharpening: [Ast],
///         cwe: [664], scwe: [99], since: "0.1.0", check: check,
///     }
/// }
/// ```
#[macro_export]
macro_rules! declare_rule {
    (
        $(#[doc = $doc:literal])+
        pub $name:ident = {
            id: $id:literal, slug: $slug:literal, summary: $summary:literal,
            severity: $severity:ident, evidence: $evidence:ident,
            required: [$($required:ident),*], sharpening: [$($sharpening:ident),*],
            cwe: [$($cwe:literal),*], scwe: [$($scwe:literal),*],
            $(counts_when_existing: $counts:literal,)?
            since: $since:literal, check: $check:path $(,)?
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl $name {
            /// Its metadata.
            pub const META: &'static $crate::rule::RuleMeta = &$crate::rule::RuleMeta {
                id: $id,
                slug: $slug,
                summary: $summary,
                severity: $crate::finding::Severity::$severity,
                evidence: $crate::finding::Evidence::$evidence,
                required: &[$($crate::rule::Need::$required),*],
                sharpening: &[$($crate::rule::Need::$sharpening),*],
                cwe: &[$($cwe),*],
                scwe: &[$($scwe),*],
                counts_when_existing: false $(|| $counts)?,
                since: $since,
                docs: $crate::rule::RuleDocs { markdown: concat!($($doc, "\n"),+) },
            };
        }

        impl $crate::rule::Rule for $name {
            fn meta(&self) -> &'static $crate::rule::RuleMeta {
                Self::META
            }

            fn check(&self, facts: &::uplint_facts::UpgradeFacts) -> Vec<$crate::finding::Finding> {
                $check(facts)
            }
        }
    };
}
