//! Facts about an upgrade: both versions, what they run behind, what is planned, and what could not be established.

use std::sync::Arc;

use uplint_layout::{DiffContext, GapNames, LayoutDiff, LayoutGap, diff};

use crate::version::VersionFacts;

/// One of the two versions, or the proxy in front of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The version that is deployed.
    Old,
    /// The version that is to be deployed.
    New,
    /// The proxy that both run behind.
    Proxy,
}

/// What a contract runs behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProxyKind {
    /// The implementation upgrades itself (EIP-1822, EIP-1967).
    Uups,
    /// The proxy upgrades, for its admin.
    Transparent,
    /// A beacon names the implementation.
    Beacon,
    /// Facets behind one dispatcher (EIP-2535).
    Diamond,
}

/// The initializer call that goes with the upgrade.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PlannedCall {
    /// Nobody said.
    #[default]
    Unknown,
    /// None.
    None,
    /// This call data: selector and arguments.
    Call(Vec<u8>),
}

/// What is known of how the upgrade is carried out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UpgradePlan {
    /// The initializer call.
    pub call: PlannedCall,
    /// The proxy's kind where the user or the code says it.
    pub proxy_kind: Option<ProxyKind>,
    /// The target's hard fork by its name in lower case; `None` means the newest.
    pub hard_fork: Option<String>,
    /// Greatest size of deployed code in bytes on the target; 24,576 unless configured (EIP-170).
    pub code_size_limit_bytes: Option<u64>,
}

/// Why something is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CoverageKind {
    /// A layout, or a part of one, could not be established.
    LayoutNotRecoverable,
    /// An artifact lacks what a rule needs.
    ArtifactIncomplete,
    /// An annotation could not be read.
    AnnotationUnreadable,
    /// Code was not analysed.
    CodeNotAnalysed,
    /// A work budget was reached.
    BudgetReached,
}

/// One thing that is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoverageGap {
    /// Why.
    pub kind: CoverageKind,
    /// On which side.
    pub side: Side,
    /// What, for a reader.
    pub message: String,
    /// Whether a change that a rule would block could hide behind it.
    pub may_hide_change: bool,
    /// Place in the bytecode, in bytes.
    pub pc: Option<u32>,
    /// Place in the source of that side.
    pub span: Option<uplint_artifact::Span>,
}

/// Everything that could not be established. Ignorance is data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// In the order of discovery: old side, new side, comparison.
    pub gaps: Vec<CoverageGap>,
}

/// One upgrade, or one version alone when `old` is `None`.
#[derive(Clone, Debug)]
pub struct UpgradeFacts {
    /// The deployed version; `None` when one version is judged alone, or the contract is new.
    pub old: Option<VersionFacts>,
    /// The version to be judged.
    pub new: VersionFacts,
    /// The proxy in front, where it was given.
    pub proxy: Option<VersionFacts>,
    /// Facets and other fixed collaborators.
    pub siblings: Vec<Arc<VersionFacts>>,
    /// What is planned.
    pub plan: UpgradePlan,
    /// Comparison of the layouts; `None` without an old version.
    pub layout_diff: Option<LayoutDiff>,
    /// What is not known.
    pub coverage: Coverage,
}

impl UpgradeFacts {
    /// The facts of one side.
    pub fn side(&self, side: Side) -> Option<&VersionFacts> {
        match side {
            Side::Old => self.old.as_ref(),
            Side::New => Some(&self.new),
            Side::Proxy => self.proxy.as_ref(),
        }
    }
}

/// Joins the facts of all sides, compares the layouts and gathers what could not be established. Gaps in storage are
/// known by their usual names.
pub fn upgrade_facts(
    old: Option<VersionFacts>,
    new: VersionFacts,
    proxy: Option<VersionFacts>,
    siblings: Vec<Arc<VersionFacts>>,
    plan: UpgradePlan,
) -> UpgradeFacts {
    upgrade_facts_with(old, new, proxy, siblings, plan, GapNames::default())
}

/// As [`upgrade_facts`], with the project's own names for gaps in storage.
pub fn upgrade_facts_with(
    old: Option<VersionFacts>,
    new: VersionFacts,
    proxy: Option<VersionFacts>,
    siblings: Vec<Arc<VersionFacts>>,
    plan: UpgradePlan,
    gap_names: GapNames,
) -> UpgradeFacts {
    let layout_diff = old.as_ref().map(|old| {
        let context = DiffContext { old: old.context(), new: new.context(), gap_names };
        diff(&old.layout, &new.layout, &context)
    });
    let mut coverage = Coverage::default();
    for (side, version) in [(Side::Old, old.as_ref()), (Side::New, Some(&new)), (Side::Proxy, proxy.as_ref())] {
        coverage.gaps.extend(version.into_iter().flat_map(|version| gaps_of(side, version)));
    }
    coverage.gaps.extend(layout_diff.iter().flat_map(|diff| &diff.gaps).map(|gap| layout_gap(Side::New, gap)));
    UpgradeFacts { old, new, proxy, siblings, plan, layout_diff, coverage }
}

/// What is not known of one version.
fn gaps_of(side: Side, version: &VersionFacts) -> Vec<CoverageGap> {
    let name = &version.artifact.contract;
    let gap = |kind, message: String| CoverageGap { kind, side, message, may_hide_change: true, pc: None, span: None };
    let mut gaps = Vec::new();
    if !version.has_declared_layout() {
        gaps.push(gap(
            CoverageKind::LayoutNotRecoverable,
            format!("`{name}` comes without a storage layout and without a syntax tree"),
        ));
    }
    gaps.extend(version.layout.gaps.iter().map(|missing| layout_gap(side, missing)));
    if let Some(unit) = &version.artifact.unit {
        gaps.extend(unit.ast().unreadable.iter().map(|(source, reason)| {
            let path = unit.source(*source).map_or("a source", |source| &*source.path);
            gap(CoverageKind::ArtifactIncomplete, format!("the syntax tree of `{path}` cannot be read: {reason}"))
        }));
    }
    gaps.extend(
        version.annotation_errors.iter().map(|error| CoverageGap {
            span: error.span,
            ..gap(CoverageKind::AnnotationUnreadable, error.to_string())
        }),
    );
    if !version.is_walked {
        gaps.push(gap(
            CoverageKind::BudgetReached,
            format!("the calls within `{name}` are too many or too deep to follow to the end"),
        ));
    }
    gaps
}

fn layout_gap(side: Side, missing: &LayoutGap) -> CoverageGap {
    CoverageGap {
        kind: CoverageKind::LayoutNotRecoverable,
        side,
        message: missing.message.clone(),
        may_hide_change: missing.may_hide_change,
        pc: None,
        span: missing.span,
    }
}
