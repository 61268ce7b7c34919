//! The picture as SVG: one file that stands alone, for light and for dark screens.
//!
//! Text is set in the reader's fonts, so boxes are as wide as a fixed pitch asks for, and no text is measured. Kinds of
//! arrows differ by dashes, heads and words, not by colour alone.

use std::fmt::Write as _;

use uplint_bytecode::graph::EdgeKind;

use super::layout::{Layout, Path, Point, layout};
use super::{Edge, Frame, Picture, Shape, ShapeKind, class};
use crate::inspect::CodeView;

/// Size of text in boxes and the width of its characters, in pixels.
const CHARACTER: f64 = 6.7;
/// Height of a line, in pixels.
const LINE: f64 = 15.0;
/// Space within boxes, in pixels.
const PADDING: f64 = 9.0;
/// Height of the head of a box, in pixels.
const HEADER: f64 = 20.0;
/// Space within frames and between them, in pixels.
const MARGIN: f64 = 24.0;
/// Height of the title of a frame, in pixels.
const TITLE: f64 = 26.0;
/// Height of the head of the picture, in pixels.
const HEAD: f64 = 66.0;

/// Colours and fonts. Every value is written twice, for light and for dark.
const STYLE: &str = "\
svg{background:#ffffff}\
text{font:11px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#1f2328}\
.name{font:600 15px system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif}\
.title{font:600 13px system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif}\
.word{font:10px system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif}\
.remark{fill:#9a6700}\
.head{font-weight:600}.place,.source{fill:#6e7781}.note{fill:#0550ae}\
.frame{fill:#f6f8fa;stroke:#d0d7de}\
.box{fill:#ffffff;stroke:#57606a}.bar{fill:#eaeef2}\
.end .box{stroke:#1a7f37;stroke-width:1.6}.end .bar{fill:#dafbe1}\
.revert .box{stroke:#8c959f;stroke-dasharray:3 2}.revert .bar{fill:#f0f1f3}\
.unknown .box{stroke:#bc4c00;stroke-width:1.8;stroke-dasharray:6 3}.unknown .bar{fill:#fff1e5}\
.function .box{fill:#fbefff;stroke:#8250df}.function text{fill:#6639ba}a:hover .box{stroke-width:2}\
.loop .ring{fill:none;stroke:#bf8700;stroke-width:2}.loopword{fill:#9a6700;font-weight:600}\
.edge{fill:none;stroke:#57606a;stroke-width:1.3}\
.edge.true{stroke:#1a7f37}.edge.false{stroke:#cf222e;stroke-dasharray:6 3}.edge.back{stroke-width:2.2}\
.edge.call,.edge.return{stroke:#8250df;stroke-dasharray:1.5 3;stroke-linecap:round;stroke-width:1.7}\
.word.true{fill:#1a7f37}.word.false{fill:#cf222e}.word.call,.word.return{fill:#8250df}\
.tip{fill:#57606a}.tip.true{fill:#1a7f37}.tip.call{fill:#8250df}\
.tip.false{fill:#ffffff;stroke:#cf222e}.tip.return{fill:#ffffff;stroke:#8250df}\
@media(prefers-color-scheme:dark){\
svg{background:#0d1117}text{fill:#e6edf3}.remark{fill:#d29922}\
.place,.source{fill:#8b949e}.note{fill:#79c0ff}.frame{fill:#151b23;stroke:#30363d}\
.box{fill:#0d1117;stroke:#8b949e}.bar{fill:#21262d}\
.end .box{stroke:#3fb950}.end .bar{fill:#12261e}.revert .box{stroke:#6e7681}.revert .bar{fill:#1c2128}\
.unknown .box{stroke:#f0883e}.unknown .bar{fill:#3d1d00}\
.function .box{fill:#1e1633;stroke:#a371f7}.function text{fill:#d2a8ff}\
.loop .ring{stroke:#d29922}.loopword{fill:#e3b341}\
.edge{stroke:#8b949e}.edge.true{stroke:#3fb950}.edge.false{stroke:#ff7b72}\
.edge.call,.edge.return{stroke:#a371f7}\
.word.true{fill:#3fb950}.word.false{fill:#ff7b72}.word.call,.word.return{fill:#d2a8ff}\
.tip{fill:#8b949e}.tip.true{fill:#3fb950}.tip.call{fill:#a371f7}\
.tip.false{fill:#0d1117;stroke:#ff7b72}.tip.return{fill:#0d1117;stroke:#a371f7}}";

/// The kinds of arrows that the legend explains.
const LEGEND: [(EdgeKind, &str); 5] = [
    (EdgeKind::Jump, "next"),
    (EdgeKind::True, "true"),
    (EdgeKind::False, "false"),
    (EdgeKind::Call, "call"),
    (EdgeKind::Return, "return"),
];

/// The control flow as a picture.
pub fn svg(view: CodeView<'_>) -> String {
    let mut picture = Picture::of(view, true);
    let mut placed = Vec::new();
    for frame in &picture.frames {
        let sizes: Vec<(f64, f64)> = frame.boxes.iter().map(size).collect();
        match layout(frame, &sizes) {
            Some(layout) => placed.push(Placed { frame, sizes, layout }),
            None => picture.remarks.push(format!("not drawn: {}, too large; `--output dot` has it", frame.title)),
        }
    }
    let spots = Spots::of(&placed);
    let top = HEAD + LINE * count(picture.remarks.len());
    let (width, height) = (spots.width.max(560.0) + 2.0 * MARGIN, spots.height + top + MARGIN);
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\">\n",
        width.ceil(),
        height.ceil()
    );
    let title = escaped(&picture.title);
    push(&mut text, &format!("<title>Control flow of {title}</title>\n<style>{STYLE}</style>\n"));
    push(&mut text, &format!("<text class=\"name\" x=\"{MARGIN}\" y=\"30\">{title}</text>\n"));
    legend(&mut text);
    for (at, remark) in picture.remarks.iter().enumerate() {
        let y = HEAD + LINE * count(at);
        push(&mut text, &format!("<text class=\"remark\" x=\"{MARGIN}\" y=\"{y}\">{}</text>\n", escaped(remark)));
    }
    for (placed, spot) in placed.iter().zip(&spots.places) {
        push_frame(&mut text, placed, Point { x: spot.x + MARGIN, y: spot.y + top });
    }
    text.push_str("</svg>\n");
    text
}

fn push(text: &mut String, more: &str) {
    text.push_str(more);
}

#[expect(clippy::cast_precision_loss, reason = "what is counted here is bounded by what a picture holds")]
fn count(number: usize) -> f64 {
    number as f64
}

fn len(text: &str) -> f64 {
    count(text.chars().count())
}

/// Width and height of a box.
fn size(shape: &Shape) -> (f64, f64) {
    let header = len(&shape.header)
        + shape.source.as_deref().map_or(0.0, |source| len(source) + 3.0)
        + if shape.is_loop_head { 7.0 } else { 0.0 };
    let lines = shape.lines.iter().map(|line| {
        let place = if line.place.is_empty() { 0.0 } else { 8.0 };
        place + len(&line.text) + line.note.as_deref().map_or(0.0, |note| len(note) + 3.0)
    });
    let widest = lines.fold(header, f64::max);
    let body = if shape.lines.is_empty() { 4.0 } else { LINE * count(shape.lines.len()) + PADDING };
    (widest * CHARACTER + 2.0 * PADDING, HEADER + body)
}

/// A frame whose boxes have their places.
struct Placed<'a> {
    frame: &'a Frame,
    sizes: Vec<(f64, f64)>,
    layout: Layout,
}

impl Placed<'_> {
    fn size(&self) -> (f64, f64) {
        let title = len(&self.frame.title) * 8.0;
        (self.layout.width.max(title) + 2.0 * MARGIN, self.layout.height + TITLE + 2.0 * MARGIN)
    }
}

/// Where frames stand: one beside the other, in rows about as wide as all of them are high, and short ones one below
/// the other.
struct Spots {
    width: f64,
    height: f64,
    places: Vec<Point>,
}

impl Spots {
    fn of(frames: &[Placed<'_>]) -> Self {
        let sizes: Vec<(f64, f64)> = frames.iter().map(Placed::size).collect();
        let area: f64 = sizes.iter().map(|(width, height)| (width + MARGIN) * (height + MARGIN)).sum();
        let widest = sizes.iter().map(|size| size.0).fold(0.0, f64::max);
        let most = widest.max((area * 1.5).sqrt());
        let mut spots = Spots { width: 0.0, height: 0.0, places: Vec::new() };
        let (mut y, mut row): (f64, f64) = (0.0, 0.0);
        // The column that frames are put into one below the other while the row is higher than they are.
        let (mut x, mut column, mut bottom): (f64, f64, f64) = (0.0, 0.0, 0.0);
        for (width, height) in sizes {
            let is_below = column > 0.0 && width <= column && bottom + MARGIN + height <= row;
            if !is_below && column > 0.0 {
                (x, column, bottom) = (x + column + MARGIN, 0.0, 0.0);
                if x + width > most {
                    (x, y, row) = (0.0, y + row + MARGIN, 0.0);
                }
            }
            let top = if is_below { bottom + MARGIN } else { 0.0 };
            spots.places.push(Point { x, y: y + top });
            (column, bottom, row) = (column.max(width), top + height, row.max(top + height));
            spots.width = spots.width.max(x + width);
            spots.height = spots.height.max(y + row);
        }
        spots
    }
}

fn legend(text: &mut String) {
    let mut x = MARGIN;
    for (kind, word) in LEGEND {
        let class = class(kind);
        push(text, &format!("<path class=\"edge {class}\" d=\"M{x} 46H{}\"/>", x + 34.0));
        push(text, &tip(kind, Point { x: x + 40.0, y: 46.0 }, (1.0, 0.0)));
        push(text, &format!("<text class=\"word {class}\" x=\"{}\" y=\"49.5\">{word}</text>\n", x + 46.0));
        x += 96.0;
    }
}

fn push_frame(text: &mut String, placed: &Placed<'_>, at: Point) {
    let (width, height) = placed.size();
    let Placed { frame, sizes, layout } = placed;
    let anchor = escaped(&frame.anchor);
    push(text, &format!("<g id=\"{anchor}\" transform=\"translate({} {})\">\n", number(at.x), number(at.y)));
    let (width, height) = (number(width), number(height));
    push(text, &format!("<rect class=\"frame\" width=\"{width}\" height=\"{height}\" rx=\"8\"/>\n"));
    push(text, &format!("<text class=\"title\" x=\"{MARGIN}\" y=\"24\">{}</text>\n", escaped(&frame.title)));
    push(text, &format!("<g transform=\"translate({MARGIN} {})\">\n", TITLE + MARGIN / 2.0));
    for (edge, path) in frame.edges.iter().zip(&layout.paths) {
        push_edge(text, *edge, path, sizes, layout);
    }
    for ((shape, size), place) in frame.boxes.iter().zip(sizes).zip(&layout.boxes) {
        push_box(text, shape, *size, *place);
    }
    push(text, "</g>\n</g>\n");
}

fn push_box(text: &mut String, shape: &Shape, (width, height): (f64, f64), place: Point) {
    let class = match shape.kind {
        ShapeKind::Block => "block",
        ShapeKind::End => "end",
        ShapeKind::Revert => "revert",
        ShapeKind::Unknown => "unknown",
        ShapeKind::Function => "function",
    };
    let marks = if shape.is_loop_head { format!("{class} loop") } else { class.to_owned() };
    let (x, y) = (number(place.x - width / 2.0), number(place.y));
    if let Some(link) = &shape.link {
        push(text, &format!("<a href=\"#{}\">", escaped(link)));
    }
    push(text, &format!("<g class=\"{marks}\" transform=\"translate({x} {y})\">"));
    let (wide, high) = (number(width), number(height));
    if shape.is_loop_head {
        let (wide, high) = (number(width + 7.0), number(height + 7.0));
        push(
            text,
            &format!("<rect class=\"ring\" x=\"-3.5\" y=\"-3.5\" width=\"{wide}\" height=\"{high}\" rx=\"6\"/>"),
        );
    }
    let round = if shape.kind == ShapeKind::Function { "10" } else { "4" };
    push(text, &format!("<rect class=\"box\" width=\"{wide}\" height=\"{high}\" rx=\"{round}\"/>"));
    if !shape.lines.is_empty() {
        let inner = number(width - 2.0);
        push(
            text,
            &format!("<rect class=\"bar\" x=\"1\" y=\"1\" width=\"{inner}\" height=\"{}\" rx=\"3\"/>", HEADER - 2.0),
        );
    }
    push_header(text, shape, width);
    for (at, line) in shape.lines.iter().enumerate() {
        let y = number(HEADER + LINE * (count(at) + 1.0) - 1.0);
        push(text, &format!("<text x=\"{PADDING}\" y=\"{y}\">"));
        if line.place.is_empty() {
            push(text, &escaped(&line.text));
        } else {
            let x = number(PADDING + 8.0 * CHARACTER);
            let (place, words) = (escaped(&line.place), escaped(&line.text));
            push(text, &format!("<tspan class=\"place\">{place}</tspan><tspan x=\"{x}\">{words}</tspan>"));
        }
        if let Some(note) = &line.note {
            push(text, &format!("<tspan class=\"note\" dx=\"{}\">{}</tspan>", 3.0 * CHARACTER, escaped(note)));
        }
        push(text, "</text>");
    }
    push(text, if shape.link.is_some() { "</g></a>\n" } else { "</g>\n" });
}

fn push_header(text: &mut String, shape: &Shape, width: f64) {
    let y = HEADER - 5.5;
    push(text, &format!("<text class=\"head\" x=\"{PADDING}\" y=\"{y}\">{}", escaped(&shape.header)));
    if shape.is_loop_head {
        push(text, "<tspan class=\"loopword\" dx=\"10\">↻ loop</tspan>");
    }
    push(text, "</text>");
    if let Some(source) = &shape.source {
        let x = number(width - PADDING);
        let source = escaped(source);
        push(text, &format!("<text class=\"source\" x=\"{x}\" y=\"{y}\" text-anchor=\"end\">{source}</text>"));
    }
}

fn push_edge(text: &mut String, edge: Edge, path: &Path, sizes: &[(f64, f64)], layout: &Layout) {
    let class = class(edge.kind);
    let is_upwards = matches!(path.points.as_slice(), [first, .., last] if first.y > last.y) || path.points.is_empty();
    let back = if is_upwards { " back" } else { "" };
    let (line, end, towards) = match path.points.as_slice() {
        [first, rest @ ..] if !rest.is_empty() => bent(*first, rest),
        _ => around(layout.boxes[edge.from], sizes[edge.from]),
    };
    push(text, &format!("<path class=\"edge {class}{back}\" d=\"{line}\"/>"));
    push(text, &tip(edge.kind, end, towards));
    let word = matches!(edge.kind, EdgeKind::True | EdgeKind::False).then_some(class);
    if let (Some(word), [start, rest @ ..]) = (word, path.points.as_slice())
        && let Some(bend) = rest.iter().find(|point| (point.x - start.x).abs() > 0.5).or(rest.last())
    {
        // Where the arrow has turned down, on the side that it did not come from.
        let (x, side) = if bend.x < start.x { (bend.x - 6.0, "end") } else { (bend.x + 6.0, "start") };
        let (x, y) = (number(x), number(bend.y + if bend.y > start.y { -7.0 } else { 14.0 }));
        let place = format!("x=\"{x}\" y=\"{y}\" text-anchor=\"{side}\"");
        push(text, &format!("<text class=\"word {class}\" {place}>{word}</text>"));
    }
    push(text, "\n");
}

/// A line through points that bends between rows, with its end and its direction there.
fn bent(first: Point, rest: &[Point]) -> (String, Point, (f64, f64)) {
    let mut line = format!("M{} {}", number(first.x), number(first.y));
    let mut at = first;
    for (index, &next) in rest.iter().enumerate() {
        // The tip of the arrow takes the last pixels.
        let down = if next.y >= at.y { 1.0 } else { -1.0 };
        let short = if index + 1 == rest.len() { 6.0 * down } else { 0.0 };
        let end = Point { x: next.x, y: next.y - short };
        let middle = number(f64::midpoint(at.y, end.y));
        let (from, to) = (number(at.x), number(end.x));
        if (at.x - end.x).abs() < 0.5 {
            // Writing into a string cannot fail.
            write!(line, "L{to} {}", number(end.y)).unwrap_or_default();
        } else {
            write!(line, "C{from} {middle} {to} {middle} {to} {}", number(end.y)).unwrap_or_default();
        }
        at = next;
    }
    let before = if rest.len() > 1 { rest[rest.len() - 2] } else { first };
    let down = if at.y >= before.y { 1.0 } else { -1.0 };
    (line, at, (0.0, down))
}

/// The line of a box that leads to itself.
fn around(place: Point, (width, height): (f64, f64)) -> (String, Point, (f64, f64)) {
    let x = place.x + width / 2.0;
    let (low, high) = (place.y + height * 0.75, place.y + height * 0.25);
    let out = number(x + 20.0);
    let line = format!("M{0} {1}C{out} {1} {out} {2} {3} {2}", number(x), number(low), number(high), number(x + 6.0));
    (line, Point { x, y: high }, (-1.0, 0.0))
}

/// The head of an arrow that ends at a place.
fn tip(kind: EdgeKind, at: Point, (right, down): (f64, f64)) -> String {
    let back = Point { x: at.x - 7.0 * right, y: at.y - 7.0 * down };
    let (left, right) = (
        Point { x: back.x - 3.5 * down, y: back.y + 3.5 * right },
        Point { x: back.x + 3.5 * down, y: back.y - 3.5 * right },
    );
    let point = |point: Point| format!("{} {}", number(point.x), number(point.y));
    format!("<path class=\"tip {}\" d=\"M{}L{}L{}Z\"/>", class(kind), point(at), point(left), point(right))
}

/// A coordinate with one digit behind the point, the same on every machine.
fn number(value: f64) -> String {
    let rounded = (value * 10.0).round() / 10.0;
    // Negative zero is zero.
    format!("{}", rounded + 0.0)
}

/// Text without characters that mean something in XML or may not be in it.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            c if c.is_control() => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}
