//! Reads recorded compiler output and writes layouts as text.

use uplint_artifact::{Artifact, CompilerInfo, Language, read};
use uplint_layout::{StorageLayout, layout_of, layout_rows};

/// One recorded compilation.
pub(crate) struct Recorded {
    artifacts: Vec<Artifact>,
}

impl Recorded {
    /// Reads the output of this version of solc.
    pub(crate) fn solc(version: &str, output: &str) -> Self {
        let compiler = CompilerInfo {
            language: Language::Solidity,
            version: Some(version.parse().expect("a version")),
            long_version: version.to_owned(),
        };
        let document = read::standard_json_output(output.as_bytes(), None, compiler).expect("compiler output");
        Recorded { artifacts: document.artifacts }
    }

    /// Every contract.
    pub(crate) fn artifacts(&self) -> &[Artifact] {
        &self.artifacts
    }

    /// The contract of this name.
    pub(crate) fn artifact(&self, name: &str) -> &Artifact {
        let found = self.artifacts.iter().find(|artifact| &*artifact.contract.name == name);
        found.unwrap_or_else(|| panic!("no contract `{name}`"))
    }

    /// The layout of the contract of this name.
    pub(crate) fn layout(&self, name: &str) -> StorageLayout {
        layout_of(self.artifact(name))
    }
}

/// The same contract without its syntax tree.
pub(crate) fn without_tree(artifact: &Artifact) -> Artifact {
    Artifact { unit: None, ..artifact.clone() }
}

/// A layout as a table of text, one row a line.
pub(crate) fn table(layout: &StorageLayout) -> String {
    let rows = layout_rows(layout);
    let lines = rows.iter().map(|row| {
        let owner = row.declared_in.as_deref().unwrap_or("-");
        let root = if row.space == "transient" { format!("transient {}", row.root) } else { row.root.clone() };
        format!("{root} {}+{}:{} {}: {} ({owner})\n", row.slot, row.offset, row.bytes, row.label, row.ty)
    });
    lines.collect()
}

/// Messages of the gaps behind which a change could hide.
pub(crate) fn gaps(layout: &StorageLayout) -> Vec<&str> {
    layout.gaps.iter().filter(|gap| gap.may_hide_change).map(|gap| gap.message.as_str()).collect()
}

/// The same contract without printed layouts.
pub(crate) fn without_printed_layout(artifact: &Artifact) -> Artifact {
    Artifact { storage_layout: None, transient_layout: None, ..artifact.clone() }
}
