//! The picture in the language of Graphviz (<https://graphviz.org/doc/info/lang.html>), whole whatever its size.

use uplint_bytecode::graph::EdgeKind;

use super::{Edge, Frame, Picture, Shape, ShapeKind};
use crate::inspect::CodeView;

/// The control flow for Graphviz.
pub fn dot(view: CodeView<'_>) -> String {
    let picture = Picture::of(view, false);
    let mut text = format!("digraph {} {{\n", quoted(&picture.title));
    text.push_str("  graph [fontname=\"sans-serif\", labeljust=l];\n");
    text.push_str("  node [shape=box, fontname=\"monospace\", fontsize=10];\n");
    text.push_str("  edge [fontname=\"sans-serif\", fontsize=9];\n");
    for remark in &picture.remarks {
        // A comment ends with its line, and a remark has one line.
        text.extend(["  // ", remark, "\n"]);
    }
    for (at, frame) in picture.frames.iter().enumerate() {
        write_frame(&mut text, at, frame);
    }
    text.push_str("}\n");
    text
}

fn write_frame(text: &mut String, number: usize, frame: &Frame) {
    let mut line = |written: String| {
        text.push_str(&written);
        text.push('\n');
    };
    line(format!("  subgraph cluster_{number} {{"));
    line(format!("    label={};", quoted(&frame.title)));
    for (at, shape) in frame.boxes.iter().enumerate() {
        line(format!("    f{number}_{at} [label={}{}];", label(shape), style(shape)));
    }
    for Edge { from, to, kind } in &frame.edges {
        let style = match kind {
            EdgeKind::FallThrough | EdgeKind::Jump => "",
            EdgeKind::True => " [label=true, color=darkgreen, fontcolor=darkgreen]",
            EdgeKind::False => " [label=false, color=firebrick, fontcolor=firebrick, style=dashed, arrowhead=empty]",
            EdgeKind::Call => " [label=call, color=slateblue, fontcolor=slateblue, style=dotted]",
            EdgeKind::Return => " [label=return, color=slateblue, fontcolor=slateblue, style=dotted, arrowhead=empty]",
        };
        line(format!("    f{number}_{from} -> f{number}_{to}{style};"));
    }
    line("  }".to_owned());
}

/// The text of a box, each line aligned to the left.
fn label(shape: &Shape) -> String {
    let mut text = shape.header.clone();
    if let Some(source) = &shape.source {
        text.extend(["  ", source]);
    }
    if shape.is_loop_head {
        text.push_str("  loop");
    }
    let mut label = String::from("\"");
    push_escaped(&mut label, &text);
    if shape.lines.is_empty() {
        label.push('"');
        return label;
    }
    label.push_str("\\l");
    for line in &shape.lines {
        let note = line.note.as_ref().map(|note| format!("  ; {note}")).unwrap_or_default();
        push_escaped(&mut label, &format!("{:<8} {}{note}", line.place, line.text));
        label.push_str("\\l");
    }
    label.push('"');
    label
}

fn style(shape: &Shape) -> String {
    let mut style = match shape.kind {
        ShapeKind::Block => String::new(),
        ShapeKind::End => ", color=darkgreen".to_owned(),
        ShapeKind::Revert => ", color=gray50, fontcolor=gray30".to_owned(),
        ShapeKind::Unknown => ", color=darkorange, style=dashed".to_owned(),
        ShapeKind::Function => ", color=slateblue, shape=cds".to_owned(),
    };
    if shape.is_loop_head {
        style.push_str(", peripheries=2");
    }
    style
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    push_escaped(&mut quoted, text);
    quoted.push('"');
    quoted
}

fn push_escaped(to: &mut String, text: &str) {
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            to.push('\\');
        }
        to.push(c);
    }
}
