//! Reports of an assessment.
//!
//! # Invariant
//!
//! Every report is a pure function of an [`Assessment`](uplint_rules::Assessment) and its options: it reads no file, no
//! clock, no environment and no terminal, and the same assessment gives the same bytes. A report judges nothing; it
//! says what the assessment says. What strangers wrote reaches no terminal unescaped.

mod escape;
pub mod inspect;
pub mod json;
mod layout_words;
pub mod page;
pub mod picture;
#[cfg(test)]
mod sample;
pub mod sarif;
mod slot_rows;
mod source_place;
pub mod text;

pub use escape::{json as escape_json, one_line};
pub use inspect::{
    CodeView, InspectFormat, function_title, functions_named, inspect_accesses, inspect_calls, inspect_cfg,
    inspect_functions, inspect_guards, inspect_layout, inspect_selectors, inspect_ssa,
};
pub use json::{JsonOptions, json, json_schema};
pub use page::{PageFormat, explain, rules_table};
pub use picture::{dot, svg};
pub use sarif::{SarifOptions, sarif};
pub use text::{TextOptions, text};

#[cfg(test)]
mod tests {
    use uplint_artifact::{SourceId, Span};
    use uplint_facts::Side;
    use uplint_rules::{Location, Related, Verdict};

    use super::*;

    #[test]
    fn every_report_takes_any_place_in_any_text() {
        for text in ["", "\r\n", "é\t\r\n\u{1b}𝒳\n\nab", "\r\r\n"] {
            for start in 0..8 {
                for len in [0, 1, 2, 5, u32::MAX] {
                    let span = Span { source: SourceId(0), start, len };
                    let at = |side| Location::span(side, Some(span));
                    let mut finding = sample::moved();
                    finding.primary = at(Side::New);
                    finding.related = [Side::New, Side::Old, Side::Proxy]
                        .map(|side| Related { location: at(side), message: "there".to_owned() })
                        .to_vec();
                    let assessment = sample::assessment_of(text, vec![finding], Verdict::Fail);
                    assert!(self::text(&assessment, &TextOptions::default()).contains("SL001"));
                    for report in
                        [json(&assessment, &JsonOptions::default()), sarif(&assessment, &SarifOptions::default())]
                    {
                        assert!(serde_json::from_str::<serde_json::Value>(&report).is_ok(), "{report}");
                    }
                }
            }
        }
    }
}
