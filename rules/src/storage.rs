//! How findings about storage name leaves, places and the cause of a move.

use serde_json::{Map, Value, json};
use uplint_facts::{Side, UpgradeFacts, VersionFacts};
use uplint_layout::diff::{LockChange, MoveCause, MovedLeaf, RelocatedWord, relocated_words};
use uplint_layout::view::root_name;
use uplint_layout::{LayoutChange, Leaf, RootKind};

use crate::finding::{Evidence, Finding, Location, Related, StoragePlace};
use crate::rule::RuleMeta;

/// Leaves that a message names; the others are counted.
const NAMED: usize = 4;
/// Leaves that a finding lists.
const LISTED: usize = 64;

/// The changes of the layout, none without an old version.
pub(crate) fn changes(facts: &UpgradeFacts) -> impl Iterator<Item = &LayoutChange> {
    facts.layout_diff.iter().flat_map(|diff| &diff.changes)
}

/// All moves with their causes.
pub(crate) fn moves(facts: &UpgradeFacts) -> impl Iterator<Item = (&MoveCause, &[MovedLeaf])> {
    changes(facts).filter_map(|change| match change {
        LayoutChange::Moved { cause, leaves } => Some((cause, leaves.as_slice())),
        _ => None,
    })
}

/// Words at slots of the code's own choice that are gone, each with a new one that may be the same.
pub(crate) fn relocated(facts: &UpgradeFacts) -> Vec<RelocatedWord> {
    facts.old.as_ref().map(|old| relocated_words(&old.layout, &facts.new.layout)).unwrap_or_default()
}

/// Whether a leaf of the old version is a word that the new code still accesses by the number of its slot.
pub(crate) fn is_raw_word_still_used(facts: &UpgradeFacts, old: &Leaf) -> bool {
    matches!(old.root, RootKind::Unstructured { .. })
        && facts.new.layout.raw_words.iter().any(|word| word.place.overlaps(old.place))
}

/// A leaf with its type and bytes: `` `total` (uint256, slot 3)``.
pub(crate) fn described(leaf: &Leaf) -> String {
    format!("`{}` ({}, {})", leaf.label, leaf.type_label, bytes(leaf))
}

/// The bytes of a leaf, and what they count from.
pub(crate) fn bytes(leaf: &Leaf) -> String {
    if leaf.is_relative { format!("{} of each entry", leaf.place) } else { leaf.place.to_string() }
}

/// The bytes of a leaf, for machines; bytes within entries of mappings and arrays have no address.
pub(crate) fn storage_place(leaf: &Leaf) -> Option<StoragePlace> {
    (!leaf.is_relative).then_some(StoragePlace { space: leaf.space, place: leaf.place })
}

/// Labels in backticks: the first few, and how many more there are.
pub(crate) fn labels<'l>(leaves: impl IntoIterator<Item = &'l Leaf>) -> String {
    let labels: Vec<String> = leaves.into_iter().map(|leaf| format!("`{}`", leaf.label)).collect();
    enumeration(&labels)
}

/// A few parts as a list in a sentence.
fn enumeration(parts: &[String]) -> String {
    match parts {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [all @ .., last] if all.len() < NAMED => format!("{} and {last}", all.join(", ")),
        all => format!("{} and {} more", all[..NAMED].join(", "), all.len() - NAMED),
    }
}

/// The declaration of a new leaf, or the contract's name where that is not known.
pub(crate) fn new_place(facts: &UpgradeFacts, leaf: &Leaf) -> Location {
    Location::span(Side::New, leaf.span.or_else(|| facts.new.name_span()))
}

/// The place of something that is gone: the contract that declared it, in the new version, else the contract itself.
pub(crate) fn lost_place(facts: &UpgradeFacts, leaf: &Leaf) -> Location {
    let declaring = leaf.declared_in.as_deref().and_then(|name| contract_span(&facts.new, name));
    Location::span(Side::New, declaring.or_else(|| facts.new.name_span()))
}

/// The name of the contract or of one of its bases, in the source.
fn contract_span(version: &VersionFacts, name: &str) -> Option<uplint_artifact::Span> {
    let ast = version.artifact.ast()?;
    let bases = ast.linearized_bases(version.artifact.definition()?);
    let node = &ast[bases.into_iter().find(|&base| ast[base].name.as_deref() == Some(name))?];
    Some(node.name_span.unwrap_or(node.span))
}

/// Leaves of the old version as further places.
pub(crate) fn old_places<'l>(leaves: impl IntoIterator<Item = &'l Leaf>, what: &str) -> Vec<Related> {
    places(Side::Old, leaves, what)
}

/// Leaves of the new version as further places.
pub(crate) fn new_places<'l>(leaves: impl IntoIterator<Item = &'l Leaf>, what: &str) -> Vec<Related> {
    places(Side::New, leaves, what)
}

fn places<'l>(side: Side, leaves: impl IntoIterator<Item = &'l Leaf>, what: &str) -> Vec<Related> {
    let declared = leaves.into_iter().filter(|leaf| leaf.span.is_some()).take(LISTED);
    declared.map(|leaf| Related::new(Location::span(side, leaf.span), format!("{} {what}", described(leaf)))).collect()
}

/// The finding about a move: the cause as its place, every moved leaf beneath it.
pub(crate) fn moved(
    rule: &'static RuleMeta,
    facts: &UpgradeFacts,
    cause: &MoveCause,
    leaves: &[MovedLeaf],
) -> Option<Finding> {
    let first = leaves.first()?;
    let words = cause_words(cause);
    let shifts: Vec<String> = leaves.iter().map(shift).collect();
    let is_told =
        matches!((cause, leaves), (MoveCause::RootSlot { root, .. }, [only]) if root_name(root) == only.old.label);
    // A single value that has the name of its root moves where its root does.
    let message = if is_told { words.statement } else { format!("{}: {}", words.statement, enumeration(&shifts)) };
    let place = cause_place(facts, cause, leaves);
    let mut finding = Finding::new(rule, Evidence::Proved, place, first.old.label.as_str(), message, words.help);
    finding.related.extend(old_places(&words.gone, "stood there"));
    for leaf in leaves.iter().take(LISTED) {
        finding.related.push(Related::new(new_place(facts, &leaf.new), victim(leaf)));
    }
    if let Some(more) = leaves.len().checked_sub(LISTED).filter(|&more| more > 0) {
        finding.related.push(Related::new(finding.primary.clone(), format!("{more} more variables move")));
    }
    finding.storage = storage_place(&first.new);
    finding.details = moved_details(leaves);
    Some(finding)
}

fn shift(leaf: &MovedLeaf) -> String {
    format!("`{}` moves from {} to {}", leaf.new.label, bytes(&leaf.old), bytes(&leaf.new))
}

fn victim(leaf: &MovedLeaf) -> String {
    let mut message = format!("{} is read here, but its value lies in {}", described(&leaf.new), bytes(&leaf.old));
    if !leaf.now_covered_by.is_empty() {
        message = format!("{message}, which {} now takes", labels(&leaf.now_covered_by));
    }
    match &leaf.encoding_change {
        Some(reason) => format!("{message}; as a {} it could not be read there either: {reason}", leaf.old.type_label),
        None => message,
    }
}

fn moved_details(leaves: &[MovedLeaf]) -> Map<String, Value> {
    let place = |leaf: &Leaf| {
        json!({
            "label": leaf.label,
            "type": leaf.type_label,
            "slot": format!("{:#x}", leaf.place.slot.0),
            "offset": leaf.place.offset,
            "bytes": leaf.place.len_bytes.to_string(),
        })
    };
    let listed: Vec<Value> =
        leaves.iter().take(LISTED).map(|leaf| json!({ "old": place(&leaf.old), "new": place(&leaf.new) })).collect();
    let mut details = Map::new();
    details.insert("moved".to_owned(), json!(leaves.len()));
    details.insert("variables".to_owned(), Value::Array(listed));
    details
}

/// A cause in words.
struct CauseWords {
    statement: String,
    help: String,
    /// What the cause took away, in the old version.
    gone: Vec<Leaf>,
}

fn cause_words(cause: &MoveCause) -> CauseWords {
    let words = |statement: String, help: String| CauseWords { statement, help, gone: Vec::new() };
    match cause {
        MoveCause::Inserted { leaves } => words(
            format!("{} {} inserted", labels(leaves), is_or_are(leaves)),
            format!("declare {} after all variables that exist, or in place of a gap", labels(leaves)),
        ),
        MoveCause::Removed { leaves } => CauseWords {
            gone: leaves.clone(),
            ..words(
                format!("{} {} gone", labels(leaves), is_or_are(leaves)),
                format!("keep {} in place under a name that says that it is no longer used", labels(leaves)),
            )
        },
        MoveCause::Replaced { removed, inserted } => CauseWords {
            gone: removed.clone(),
            ..words(
                format!("{} {} in place of {}", labels(inserted), stands_or_stand(inserted), labels(removed)),
                format!("keep {} and declare {} after all variables that exist", labels(removed), labels(inserted)),
            )
        },
        MoveCause::Resized { old, new } => words(
            format!("`{}` becomes {} and takes other bytes than as {}", new.label, new.type_label, old.type_label),
            format!("keep the type of `{}` and put what is new behind all variables that exist", new.label),
        ),
        MoveCause::Reordered { leaves } => words(
            format!("{} {} in another order", labels(leaves), stands_or_stand(leaves)),
            "declare the variables in the order that they had".to_owned(),
        ),
        MoveCause::BasesChanged { old_bases, new_bases } => words(
            format!("the bases are {} and were {}", bases(new_bases), bases(old_bases)),
            "keep the bases in the order that they had, and add new ones behind them".to_owned(),
        ),
        MoveCause::Gap { old, new, expected_len, .. } => gap_words(old.as_deref(), new.as_deref(), *expected_len),
        MoveCause::LayoutBase { old, new } => words(
            format!("the layout starts at slot {new} and started at slot {old}"),
            format!("keep the layout at slot {old}"),
        ),
        MoveCause::RootSlot { root, new_root, old, new, .. } if root == new_root => words(
            format!("`{}` is at slot {new} and was at slot {old}", root_name(root)),
            format!("keep `{}` at slot {old}", root_name(root)),
        ),
        MoveCause::RootSlot { root, new_root, old, new, .. } => words(
            format!("`{}` is at slot {new} and was `{}` at slot {old}", root_name(new_root), root_name(root)),
            format!("keep `{}` at slot {old}", root_name(root)),
        ),
        MoveCause::ToNamespace { root, .. } => words(
            format!("variables leave the linear layout for `{}`", root_name(root)),
            "write their values in a reinitializer that the upgrade calls, or keep the old layout".to_owned(),
        ),
        MoveCause::FromNamespace { root } => words(
            format!("variables leave `{}` for the linear layout", root_name(root)),
            "write their values in a reinitializer that the upgrade calls, or keep the namespace".to_owned(),
        ),
        MoveCause::ClassChanged { leaf, from, to, .. } => words(
            format!("`{}` becomes {to} and was {from}", leaf.label),
            format!("keep `{}` {from}, or keep its bytes with a variable that is not used", leaf.label),
        ),
        MoveCause::Lock { leaf, change } => words(
            format!(
                "the lock `{}` {}",
                leaf.label,
                match change {
                    LockChange::Added => "is new",
                    LockChange::Removed => "is gone",
                    LockChange::MadeTransient => "becomes transient",
                }
            ),
            "give every variable its old slot with a storage layout override".to_owned(),
        ),
    }
}

/// What a gap should have been, in words.
fn gap_words(old: Option<&Leaf>, new: Option<&Leaf>, expected_len: Option<u64>) -> CauseWords {
    let label = new.or(old).map_or("__gap", |gap| gap.label.as_str());
    let end = |leaf: &Leaf| match leaf.place.end() {
        (slot, 0) => format!("slot {slot}"),
        (slot, offset) => format!("slot {slot}, byte {offset}"),
    };
    let statement = match (old, new) {
        (Some(old), Some(new)) => format!("gap `{label}` ends before {} and ended before {}", end(new), end(old)),
        (Some(old), None) => format!("gap `{label}`, which ended before {}, is gone", end(old)),
        (None, Some(new)) => format!("gap `{label}`, which ends before {}, is new", end(new)),
        (None, None) => format!("gap `{label}` ends elsewhere"),
    };
    let help = match (expected_len, new) {
        (Some(0), _) => format!("remove `{label}`"),
        (Some(len), Some(_)) => format!("set the length of `{label}` to {len}"),
        (Some(len), None) => format!("declare `{label}` with the length {len}"),
        (None, _) => format!("let `{label}` end where it ended before"),
    };
    CauseWords { statement, help, gone: Vec::new() }
}

/// The statement and the help about a gap at the end of a root.
pub(crate) fn gap_end(old: Option<&Leaf>, new: Option<&Leaf>, expected_len: Option<u64>) -> (String, String) {
    let words = gap_words(old, new, expected_len);
    (words.statement, words.help)
}

fn is_or_are(leaves: &[Leaf]) -> &'static str {
    if leaves.len() == 1 { "is" } else { "are" }
}

fn stands_or_stand(leaves: &[Leaf]) -> &'static str {
    if leaves.len() == 1 { "stands" } else { "stand" }
}

fn bases(names: &[std::sync::Arc<str>]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

/// Where the cause of a move stands in the new version; what is gone is blamed on the contract that declared it.
fn cause_place(facts: &UpgradeFacts, cause: &MoveCause, leaves: &[MovedLeaf]) -> Location {
    let at = |leaf: &Leaf| new_place(facts, leaf);
    match cause {
        MoveCause::Inserted { leaves: declared }
        | MoveCause::Replaced { inserted: declared, .. }
        | MoveCause::Reordered { leaves: declared } => declared.first().map(at),
        MoveCause::Removed { leaves: gone } => gone.first().map(|leaf| lost_place(facts, leaf)),
        MoveCause::Resized { new, .. } => Some(at(new)),
        MoveCause::Gap { old, new, inserted, .. } => {
            // A gap that kept its length is not what was changed.
            let is_untouched =
                old.as_ref().zip(new.as_ref()).is_some_and(|(old, new)| old.type_label == new.type_label);
            let of_gap = new.as_deref().map(at).or_else(|| old.as_deref().map(|gap| lost_place(facts, gap)));
            let first = inserted.first().map(at);
            if is_untouched { first.or(of_gap) } else { of_gap.or(first) }
        }
        MoveCause::RootSlot { span, .. } => Some(Location::span(Side::New, span.or_else(|| facts.new.name_span()))),
        MoveCause::ToNamespace { .. } | MoveCause::FromNamespace { .. } => leaves.first().map(|leaf| at(&leaf.new)),
        MoveCause::ClassChanged { new_span, .. } => {
            Some(Location::span(Side::New, new_span.or_else(|| facts.new.name_span())))
        }
        MoveCause::Lock { leaf, change: LockChange::Added } => Some(at(leaf)),
        MoveCause::Lock { .. } | MoveCause::BasesChanged { .. } | MoveCause::LayoutBase { .. } => None,
    }
    .unwrap_or_else(|| Location::contract(Side::New, &facts.new))
}
