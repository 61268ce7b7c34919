//! The assessment that the tests of this crate print: a vault into which a fee was inserted.

use std::sync::{Arc, OnceLock};

use alloy_primitives::U256;
use uplint_artifact::{
    Artifact, CompilerInfo, ContractName, Language, Settings, SolcStorageLayout, SolcStorageType, SolcStorageVariable,
    Source, SourceId, Span, Unit,
};
use uplint_facts::{Side, UpgradePlan, upgrade_facts, version_facts};
use uplint_rules::{
    Assessment, ContractAssessment, ContractStatus, Evidence, Finding, Gap, InputSummary, Location, NotChecked,
    Related, RuleDocs, RuleMeta, Severity, State, Verdict,
};

pub(crate) const OLD: &str = "contract Vault {\n    address owner;\n    uint256 total;\n}\n";
pub(crate) const NEW: &str =
    "contract Vault {\n    /* über */ uint256 fee;\n    address owner;\n    uint256 total;\n}\n";

const ABI: &str = r#"[
    {"type": "function", "name": "owner", "inputs": [], "stateMutability": "view",
     "outputs": [{"name": "", "type": "address"}]},
    {"type": "function", "name": "withdraw", "inputs": [{"name": "", "type": "uint256"}],
     "stateMutability": "nonpayable", "outputs": []},
    {"type": "receive", "stateMutability": "payable"}
]"#;

/// A new version that is safe.
pub(crate) const APPENDED: &str = "contract Vault {\n    address owner;\n    uint256 total;\n    uint256 fee;\n}\n";

/// A rule of each weight.
pub(crate) static MOVED: RuleMeta = rule("SL001", "storage-variable-moved", Severity::High, Evidence::Proved);
pub(crate) static UNCLEAR: RuleMeta = rule("SL013", "storage-meaning-unclear", Severity::High, Evidence::Pattern);
pub(crate) static REMOVED: RuleMeta = rule("SL004", "storage-variable-removed", Severity::Low, Evidence::Proved);

const fn rule(id: &'static str, slug: &'static str, severity: Severity, evidence: Evidence) -> RuleMeta {
    RuleMeta {
        id,
        slug,
        summary: "a state variable moved to other bytes",
        severity,
        evidence,
        required: &[],
        sharpening: &[],
        cwe: &[664],
        scwe: &[99],
        counts_when_existing: false,
        since: "0.1.0",
        docs: RuleDocs { markdown: " ## What it does\n\n Finds `moved` variables.\n\n ## How to fix\n\n Append.\n" },
    }
}

/// A place in the sample's sources.
pub(crate) fn at(side: Side, needle: &str) -> Location {
    let text = if side == Side::Old { OLD } else { NEW };
    let start = text.find(needle).expect("the needle is in the text");
    let byte = |at: usize| u32::try_from(at).expect("the sample is short");
    Location::span(side, Some(Span { source: SourceId(0), start: byte(start), len: byte(needle.len()) }))
}

/// The finding that the sample is about.
pub(crate) fn moved() -> Finding {
    let message = "inserting `fee` moves 2 state variables: `owner` (address, slot 0) is read from slot 1";
    let help = "declare `fee` behind the last variable, or put it into an ERC-7201 namespace";
    let mut finding = Finding::new(&MOVED, Evidence::Proved, at(Side::New, "uint256 fee"), "fee", message, help);
    finding.related = vec![
        Related { location: at(Side::New, "address owner"), message: "slot 0 before, slot 1 now".to_owned() },
        Related { location: at(Side::Old, "address owner"), message: "its value lies here".to_owned() },
    ];
    finding
}

fn artifact(text: &str) -> Arc<Artifact> {
    let path: Arc<str> = "src/Vault.sol".into();
    let source = Source { id: SourceId(0), path: path.clone(), unit_name: path.clone(), text: Some(text.into()) };
    let unit = Unit {
        compiler: CompilerInfo {
            language: Language::Solidity,
            version: Some(semver::Version::new(0, 8, 28)),
            long_version: String::new(),
        },
        settings: Settings::default(),
        sources: vec![source],
        ast_documents: Vec::new(),
        recorded_input: None,
        parsed_ast: OnceLock::new(),
    };
    Arc::new(Artifact {
        unit: Some(Arc::new(unit)),
        source: Some(SourceId(0)),
        abi: Some(serde_json::from_str(ABI).expect("an interface")),
        storage_layout: Some(storage_layout(text)),
        ..Artifact::named(ContractName { path, name: "Vault".into() })
    })
}

/// What the compiler prints for a contract of whole words and addresses: every variable takes a slot of its own.
fn storage_layout(text: &str) -> SolcStorageLayout {
    let mut labels: Vec<_> = ["fee", "owner", "total"].into_iter().filter(|label| text.contains(label)).collect();
    labels.sort_by_key(|label| text.find(label));
    let types = [("t_uint256", "uint256", 32), ("t_address", "address", 20)].map(|(id, label, bytes)| {
        let ty = SolcStorageType {
            encoding: "inplace".to_owned(),
            label: label.to_owned(),
            number_of_bytes: U256::from(bytes),
            base: None,
            key: None,
            value: None,
            members: None,
        };
        (id.to_owned(), ty)
    });
    let variable = |(slot, label): (u64, &str)| SolcStorageVariable {
        ast_id: None,
        contract: "src/Vault.sol:Vault".to_owned(),
        label: label.to_owned(),
        offset: 0,
        slot: U256::from(slot),
        type_id: if label == "owner" { "t_address" } else { "t_uint256" }.to_owned(),
    };
    SolcStorageLayout { storage: (0..).zip(labels).map(variable).collect(), types: types.into_iter().collect() }
}

fn input(given: &str) -> InputSummary {
    InputSummary {
        given: given.to_owned(),
        kind: "directory".to_owned(),
        digest: "00ff".to_owned(),
        compilers: vec!["solc 0.8.28".to_owned()],
    }
}

/// The sample with these findings and this verdict.
pub(crate) fn assessment(findings: Vec<Finding>, verdict: Verdict) -> Assessment {
    assessment_of(NEW, findings, verdict)
}

/// The sample with another new source.
pub(crate) fn assessment_of(new: &str, findings: Vec<Finding>, verdict: Verdict) -> Assessment {
    let (old, new) = (version_facts(artifact(OLD)), version_facts(artifact(new)));
    let facts = upgrade_facts(Some(old), new, None, Vec::new(), UpgradePlan::default());
    let contract = ContractAssessment {
        name: facts.new.artifact.contract.clone(),
        old_name: Some(facts.new.artifact.contract.clone()),
        status: ContractStatus::Changed,
        verdict,
        findings,
        gaps: Vec::new(),
        not_checked: vec![NotChecked { rule: "PX001", reason: "no proxy given".to_owned() }],
        notes: Vec::new(),
        facts: Some(Arc::new(facts)),
    };
    Assessment {
        verdict,
        old: Some(input("v1")),
        new: input("v2"),
        contracts: vec![contract],
        notes: Vec::new(),
        fail_on: Some(Severity::High),
        elapsed_ms: None,
    }
}

/// The sample with everything that a report can show.
pub(crate) fn full() -> Assessment {
    let mut unclear =
        Finding::new(&UNCLEAR, Evidence::Pattern, at(Side::New, "uint256 total"), "total", "unclear", "look");
    unclear.path = vec![Related { location: at(Side::New, "uint256 total"), message: "step".to_owned() }];
    let mut existing = Finding::new(&REMOVED, Evidence::Proved, at(Side::Old, "uint256 total"), "x", "was removed", "");
    existing.state = State::Existing;
    let mut bare =
        Finding::new(&MOVED, Evidence::Proved, Location::span(Side::New, None), "bare", "in code alone", "look");
    bare.primary.function = Some("withdraw(uint256)".to_owned());
    bare.primary.selector = Some([0x2e, 0x1a, 0x7d, 0x4d]);
    bare.primary.pc = Some(412);
    let mut assessment = assessment(vec![moved(), bare, unclear, existing], Verdict::Fail);
    assessment.contracts[0].gaps = vec![Gap {
        kind: "unresolved-jump",
        rule: Some("SL010"),
        blocking: true,
        message: "the target of a jump is not known".to_owned(),
        side: Some(Side::New),
        pc: Some(77),
    }];
    assessment
}
