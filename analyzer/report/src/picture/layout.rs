//! Where do the boxes of a frame stand, and which way do its arrows take?
//!
//! Boxes stand in rows: each below all that lead to it, but for the arrows that close loops, which run upwards. An arrow
//! that passes a row takes a place in it as a box without width would. The order within rows and the places in them come
//! from a crate that does this well; rows and the paths of arrows are decided here, because they have to go together.

use std::collections::BTreeSet;

use rust_sugiyama::configure::{Config, CrossingMinimization, RankingType};

use super::{Edge, Frame};

/// Space between boxes of a row, in pixels.
const BESIDE: f64 = 26.0;

/// Space between rows, in pixels.
const BETWEEN_ROWS: f64 = 54.0;

/// Width that is kept free for an arrow that passes a row, in pixels.
const PASSING: f64 = 10.0;

/// Most boxes and passing arrows of a frame.
const MAX_PLACES: usize = 3_000;

/// Most boxes and passing arrows for which crossings are reduced by swapping neighbours too, which takes long.
const MAX_SWAPPED: usize = 250;

/// Stack for placing so many, in bytes.
const STACK_BYTES: usize = 16 << 20;

/// A frame with places. Coordinates are in pixels from its upper left corner.
pub(super) struct Layout {
    pub(super) width: f64,
    pub(super) height: f64,
    /// Boxes, by the middle of their upper side.
    pub(super) boxes: Vec<Point>,
    /// The paths of the edges, in the order of the frame.
    pub(super) paths: Vec<Path>,
}

/// A place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) y: f64,
}

/// The way of an arrow, from the box that it leaves: straight down within rows, bent between them. Empty for an arrow
/// that leads back to its own box.
pub(super) struct Path {
    pub(super) points: Vec<Point>,
}

/// Places the boxes of a frame, whose sizes are given as width and height. `None` when there are too many.
pub(super) fn layout(frame: &Frame, sizes: &[(f64, f64)]) -> Option<Layout> {
    let edges: Vec<(usize, usize)> = frame.edges.iter().map(|edge| (edge.from, edge.to)).collect();
    let downwards = downwards(sizes.len(), &edges);
    let rows = rows(sizes.len(), &downwards);
    let chains = Chains::of(&rows, &downwards)?;
    let x = chains.across(sizes);
    let tops = tops(&chains.row_of, sizes);
    Some(chains.place(frame, sizes, &downwards, &x, &tops))
}

/// Each edge with its ends in the order of the rows; those that close loops are turned around.
fn downwards(boxes: usize, edges: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut leaving = vec![Vec::new(); boxes];
    for (at, &(from, _)) in edges.iter().enumerate() {
        leaving[from].push(at);
    }
    // 0 not met, 1 on the path of the search, 2 done.
    let mut state = vec![0u8; boxes];
    let mut turned = BTreeSet::new();
    for start in 0..boxes {
        if state[start] != 0 {
            continue;
        }
        state[start] = 1;
        let mut path = vec![(start, 0)];
        while let Some((at, next)) = path.last_mut() {
            let Some(&edge) = leaving[*at].get(*next) else {
                state[*at] = 2;
                path.pop();
                continue;
            };
            *next += 1;
            let to = edges[edge].1;
            match state[to] {
                0 => {
                    state[to] = 1;
                    path.push((to, 0));
                }
                1 => {
                    turned.insert(edge);
                }
                _ => {}
            }
        }
    }
    let turn = |(at, &(from, to)): (usize, &(usize, usize))| if turned.contains(&at) { (to, from) } else { (from, to) };
    edges.iter().enumerate().map(turn).collect()
}

/// The row of each box: below all that lead to it.
fn rows(boxes: usize, downwards: &[(usize, usize)]) -> Vec<usize> {
    let mut waiting = vec![0usize; boxes];
    let mut leaving = vec![Vec::new(); boxes];
    for &(from, to) in downwards.iter().filter(|(from, to)| from != to) {
        waiting[to] += 1;
        leaving[from].push(to);
    }
    let mut rows = vec![0usize; boxes];
    let mut ready: Vec<usize> = (0..boxes).filter(|&at| waiting[at] == 0).collect();
    while let Some(at) = ready.pop() {
        for &to in &leaving[at] {
            rows[to] = rows[to].max(rows[at] + 1);
            waiting[to] -= 1;
            if waiting[to] == 0 {
                ready.push(to);
            }
        }
    }
    rows
}

/// Boxes and the places where arrows pass rows, all together numbered by row.
struct Chains {
    /// The row of each place; boxes come first, by their numbers.
    row_of: Vec<usize>,
    /// For each edge the places from its upper end to its lower one.
    chains: Vec<Vec<usize>>,
}

impl Chains {
    fn of(rows: &[usize], downwards: &[(usize, usize)]) -> Option<Self> {
        let mut row_of = rows.to_vec();
        let mut chains = Vec::new();
        for &(from, to) in downwards {
            let mut chain = vec![from];
            for row in rows[from] + 1..rows[to] {
                if row_of.len() >= MAX_PLACES {
                    return None;
                }
                chain.push(row_of.len());
                row_of.push(row);
            }
            chain.push(to);
            chains.push(chain);
        }
        Some(Self { row_of, chains })
    }

    /// The middle of each place across.
    fn across(&self, sizes: &[(f64, f64)]) -> Vec<f64> {
        let width = |place: usize| sizes.get(place).map_or(PASSING, |size| size.0);
        // The crate ranks places by the order of their numbers, so they are numbered by row.
        let mut order: Vec<usize> = (0..self.row_of.len()).collect();
        order.sort_by_key(|&place| (self.row_of[place], place));
        let mut numbers = vec![0u32; order.len()];
        let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        for (at, &place) in order.iter().enumerate() {
            numbers[place] = number(at);
        }
        let vertices: Vec<(u32, (f64, f64))> =
            order.iter().enumerate().map(|(at, &place)| (number(at), (width(place), 0.0))).collect();
        let mut links: Vec<(u32, u32)> = self
            .chains
            .iter()
            .flat_map(|chain| chain.windows(2).map(|pair| (numbers[pair[0]], numbers[pair[1]])))
            .filter(|(from, to)| from != to)
            .collect();
        links.sort_unstable();
        links.dedup();
        let config = Config {
            vertex_spacing: BESIDE,
            ranking_type: RankingType::Up,
            c_minimization: CrossingMinimization::Barycenter,
            transpose: order.len() <= MAX_SWAPPED,
            ..Config::default()
        };
        let mut x = vec![0.0; order.len()];
        let mut start = 0.0;
        // The crate descends once for each row and for each neighbour in a row.
        let parts = stacker::grow(STACK_BYTES, || rust_sugiyama::from_vertices_and_edges(&vertices, &links, &config));
        for (part, ..) in parts {
            let part: Vec<(usize, f64)> = part
                .into_iter()
                .filter_map(|(at, (across, _))| Some((*order.get(at)?, if across.is_finite() { across } else { 0.0 })))
                .collect();
            let side = |sign: f64| {
                let edges = part.iter().map(|&(place, across)| sign * across + width(place) / 2.0);
                edges.fold(f64::NEG_INFINITY, f64::max)
            };
            let (left, right) = (-side(-1.0), side(1.0));
            for &(place, across) in &part {
                x[place] = start + across - left;
            }
            start += (right - left).max(0.0) + BESIDE;
        }
        self.kept_apart(x, &width)
    }

    /// The same places, moved to the right where two of one row would touch.
    fn kept_apart(&self, mut x: Vec<f64>, width: &dyn Fn(usize) -> f64) -> Vec<f64> {
        let mut order: Vec<usize> = (0..x.len()).collect();
        order.sort_by(|&a, &b| {
            (self.row_of[a], x[a])
                .partial_cmp(&(self.row_of[b], x[b]))
                .unwrap_or(std::cmp::Ordering::Equal)
                .then(a.cmp(&b))
        });
        for pair in order.windows(2) {
            let (left, right) = (pair[0], pair[1]);
            if self.row_of[left] == self.row_of[right] {
                let least = x[left] + f64::midpoint(width(left), width(right)) + BESIDE / 2.0;
                x[right] = x[right].max(least);
            }
        }
        x
    }

    fn place(
        &self,
        frame: &Frame,
        sizes: &[(f64, f64)],
        downwards: &[(usize, usize)],
        x: &[f64],
        tops: &[f64],
    ) -> Layout {
        let ports = self.ports(sizes, x);
        let bottom = |row: usize| tops[row + 1] - BETWEEN_ROWS;
        let mut paths = Vec::new();
        for (at, chain) in self.chains.iter().enumerate() {
            let Edge { from, to, .. } = frame.edges[at];
            if from == to {
                paths.push(Path { points: Vec::new() });
                continue;
            }
            let (upper, lower) = downwards[at];
            let mut points = vec![Point { x: ports.leaving[at], y: tops[self.row_of[upper]] + sizes[upper].1 }];
            for &place in &chain[1..chain.len() - 1] {
                let row = self.row_of[place];
                points.push(Point { x: x[place], y: tops[row] });
                points.push(Point { x: x[place], y: bottom(row) });
            }
            points.push(Point { x: ports.entering[at], y: tops[self.row_of[lower]] });
            // A shorter box of a row is left straight down to where the row ends.
            let end = bottom(self.row_of[upper]);
            if points[0].y < end {
                points.insert(1, Point { x: points[0].x, y: end });
            }
            if from == lower {
                points.reverse();
            }
            paths.push(Path { points });
        }
        let boxes: Vec<Point> = (0..sizes.len()).map(|at| Point { x: x[at], y: tops[self.row_of[at]] }).collect();
        let right = (0..x.len()).map(|at| x[at] + sizes.get(at).map_or(PASSING, |size| size.0) / 2.0);
        let width = right.fold(0.0, f64::max);
        let height = tops.last().map_or(0.0, |end| end - BETWEEN_ROWS);
        Layout { width, height, boxes, paths }
    }

    /// Where along the sides of boxes the edges begin and end: in the order of where they come from and go to.
    fn ports(&self, sizes: &[(f64, f64)], x: &[f64]) -> Ports {
        let mut ports = Ports { leaving: vec![0.0; self.chains.len()], entering: vec![0.0; self.chains.len()] };
        let mut leaving: Vec<Vec<usize>> = vec![Vec::new(); sizes.len()];
        let mut entering = leaving.clone();
        for (at, chain) in self.chains.iter().enumerate() {
            leaving[chain[0]].push(at);
            entering[chain[chain.len() - 1]].push(at);
        }
        let next = |at: usize| x[self.chains[at][1]];
        let previous = |at: usize| x[self.chains[at][self.chains[at].len() - 2]];
        for place in 0..sizes.len() {
            spread(&mut ports.leaving, &mut leaving[place], &next, x[place], sizes[place].0);
            spread(&mut ports.entering, &mut entering[place], &previous, x[place], sizes[place].0);
        }
        ports
    }
}

/// Where edges meet boxes, across.
struct Ports {
    leaving: Vec<f64>,
    entering: Vec<f64>,
}

/// Gives the edges at one side of a box their places.
fn spread(ports: &mut [f64], edges: &mut [usize], other_end: &dyn Fn(usize) -> f64, middle: f64, width: f64) {
    edges.sort_by(|&a, &b| other_end(a).total_cmp(&other_end(b)).then(a.cmp(&b)));
    let count = f64::from(u32::try_from(edges.len()).unwrap_or(u32::MAX));
    let step = (width * 0.8 / count).min(56.0);
    for (at, &edge) in edges.iter().enumerate() {
        let at = f64::from(u32::try_from(at).unwrap_or(u32::MAX));
        ports[edge] = middle + (at - (count - 1.0) / 2.0) * step;
    }
}

/// The upper end of each row, and that of one behind the last.
fn tops(row_of: &[usize], sizes: &[(f64, f64)]) -> Vec<f64> {
    let rows = row_of.iter().max().map_or(0, |last| last + 1);
    let mut heights = vec![0.0f64; rows];
    for (at, size) in sizes.iter().enumerate() {
        heights[row_of[at]] = heights[row_of[at]].max(size.1);
    }
    let mut tops = vec![0.0];
    let mut end = 0.0;
    for height in heights {
        end += height + BETWEEN_ROWS;
        tops.push(end);
    }
    tops
}

#[cfg(test)]
mod tests {
    use uplint_bytecode::graph::EdgeKind;

    use super::*;

    fn frame(edges: &[(usize, usize)]) -> Frame {
        let edges = edges.iter().map(|&(from, to)| Edge { from, to, kind: EdgeKind::Jump }).collect();
        Frame { title: String::new(), anchor: String::new(), boxes: Vec::new(), edges }
    }

    /// Holds a layout against what a reader of the picture relies on.
    fn assert_readable(edges: &[(usize, usize)], sizes: &[(f64, f64)]) {
        let layout = layout(&frame(edges), sizes).expect("few places");
        let extent = |at: usize| {
            let (Point { x, y }, (width, height)) = (layout.boxes[at], sizes[at]);
            (x - width / 2.0, x + width / 2.0, y, y + height)
        };
        for one in 0..sizes.len() {
            let (left, right, top, bottom) = extent(one);
            assert!(left >= -0.1 && right <= layout.width + 0.1 && top >= 0.0 && bottom <= layout.height + 0.1);
            for other in 0..one {
                let (other_left, other_right, other_top, other_bottom) = extent(other);
                let apart = right < other_left || other_right < left || bottom < other_top || other_bottom < top;
                assert!(apart, "{one} and {other} of {edges:?} overlap");
            }
        }
        for (&(from, to), path) in edges.iter().zip(&layout.paths) {
            let [first, .., last] = path.points.as_slice() else {
                assert_eq!(from, to);
                continue;
            };
            for (at, end) in [(from, first), (to, last)] {
                let (left, right, top, bottom) = extent(at);
                let is_at_side = (end.y - top).abs() < 0.1 || (end.y - bottom).abs() < 0.1;
                assert!(left <= end.x && end.x <= right && is_at_side, "{from} to {to} of {edges:?}");
            }
        }
    }

    #[test]
    fn boxes_do_not_overlap_and_arrows_meet_their_boxes() {
        let mut state = 0x2545_f491_4f6c_dd1du64;
        let mut next = |below: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state % u64::try_from(below).expect("small")).expect("small")
        };
        let length = |number: usize| f64::from(u32::try_from(number).expect("small"));
        for _ in 0..120 {
            let boxes = 1 + next(24);
            let sizes: Vec<_> = (0..boxes).map(|_| (20.0 + length(next(300)), 20.0 + length(next(200)))).collect();
            let edges: Vec<_> = (0..next(2 * boxes + 1)).map(|_| (next(boxes), next(boxes))).collect();
            assert_readable(&edges, &sizes);
        }
    }

    #[test]
    fn a_loop_is_closed_upwards() {
        let edges = [(0, 1), (1, 2), (2, 1), (1, 3)];
        let layout = layout(&frame(&edges), &[(50.0, 20.0); 4]).expect("few places");
        let ends = |at: usize| (layout.paths[at].points[0].y, layout.paths[at].points.last().map(|point| point.y));
        assert!(ends(1).0 < ends(1).1.expect("a path") && ends(2).0 > ends(2).1.expect("a path"));
        assert!(layout.boxes[2].y > layout.boxes[1].y);
    }

    #[test]
    fn more_places_than_a_picture_holds_are_refused() {
        let mut edges: Vec<_> = (1..200).map(|at| (at - 1, at)).collect();
        edges.extend((1..200).map(|at| (at - 1, 199)));
        assert!(layout(&frame(&edges), &[(10.0, 10.0); 200]).is_none());
    }
}
