//! Are Vyper sources judged with the real compiler as the recorded cases are?

use std::path::Path;

use uplint_testkit::case::{Case, Pragma, cases};

use super::{Fault, Place, expect_equal};
use crate::folder;
use crate::vyper::install;

pub(super) fn every_case_ends_as_its_header_says(place: &Place) -> Result<(), Fault> {
    let mut count = 0;
    for case in cases(&place.folders.testdata()).map_err(crate::TaskError::from)? {
        if let Pragma::Vyper(version) = &case.header.compiler {
            judge(place, &case, version)?;
            count += 1;
        }
    }
    if count == 0 { Err(Fault::Wrong("there is no case in Vyper".to_owned())) } else { Ok(()) }
}

fn judge(place: &Place, case: &Case, version: &str) -> Result<(), Fault> {
    let Some(old) = &case.old else { return Ok(()) };
    let made = place.work.join("vyper").join(case.id());
    folder::write(&made.join(&old.name), &old.text)?;
    folder::write(&made.join(&case.new.name), &case.new.text)?;
    let vyper = install(&place.folders.target.join("vyper"), version)?.join("vyper");
    let pair = format!("{}={}", case.header.old_contract, case.header.contract);
    // What is tested lies below the repository, and so does the compiler that was installed for it.
    let options = ["--allow-project-compiler", "--vyper", &vyper.to_string_lossy(), "--contract", &pair];
    let checked = place.check(&made.join(&old.name), &made.join(&case.new.name), &options)?;
    expect_equal(&case.id(), &checked.verdict(), &case.header.verdict.as_str())
}

pub(super) fn sources_are_compiled_by_the_version_that_fits(place: &Place) -> Result<(), Fault> {
    for (version, pragma) in [("0.3.10", "# @version 0.3.10"), ("0.4.3", "# pragma version 0.4.3")] {
        let made = place.work.join("vyper-versions").join(version);
        let old = format!("{pragma}\nowner: public(address)\ntotal: public(uint256)\n");
        let new = format!("{pragma}\ntotal: public(uint256)\nowner: public(address)\n");
        folder::write(&made.join("old/vault.vy"), &old)?;
        folder::write(&made.join("new/vault.vy"), &new)?;
        let vyper = install(&place.folders.target.join("vyper"), version)?.join("vyper");
        let check = |more: &[&str]| {
            place.check(
                &made.join("old/vault.vy"),
                &made.join("new/vault.vy"),
                &[&["--contract", "vault"], more].concat(),
            )
        };
        let checked = check(&["--allow-project-compiler", "--vyper", &vyper.to_string_lossy()])?;
        expect_equal(version, &(checked.ended.code, checked.verdict()), &(Some(1), "fail"))?;
        refuses_another_version(place, &made.join("new/vault.vy"), version)?;
    }
    Ok(())
}

/// A compiler that does not fit the pragma ends with exit code 2 and says how to get the right one.
fn refuses_another_version(place: &Place, source: &Path, version: &str) -> Result<(), Fault> {
    let other = if version == "0.4.3" { "0.3.10" } else { "0.4.3" };
    let vyper = install(&place.folders.target.join("vyper"), other)?.join("vyper");
    let program = crate::program::Program::new(&place.uplint)
        .folder(&place.work)
        .args(["check", "--no-progress", "--no-cache", "--allow-project-compiler", "--contract", "vault", "--vyper"])
        .arg(&vyper)
        .arg(source);
    let ended = program.run()?;
    expect_equal(&format!("vyper {other} for {version}"), &ended.code, &Some(2))
}
