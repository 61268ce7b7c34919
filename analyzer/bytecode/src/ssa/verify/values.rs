//! Whether values are defined once, and before they are used.

use std::collections::BTreeMap;

use super::{BlockId, Check, Definition, Dominance, EdgeKind, FlowGraph, Id, IndexVec, Invariant, ValueId};

/// Where something stands: a block, or the way from a call to one of its continuations, and the place within.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Site {
    block: BlockId,
    place: usize,
}

/// The place within a block of its terminator.
const END: usize = usize::MAX;

impl Check<'_> {
    pub(super) fn values(&mut self) {
        let ways = Ways::of(self);
        let free = self.function.values.iter_enumerated();
        let free = free.filter(|(_, value)| matches!(value, Definition::Constant(_) | Definition::Unknown));
        let mut known = BTreeMap::new();
        let again: Vec<ValueId> = free.filter_map(|(id, value)| known.insert(*value, id).map(|_| id)).collect();
        for value in again {
            self.broken(None, Invariant::S12, format!("`{value}` is a number that another value is"));
        }
        let mut sites: IndexVec<ValueId, Option<Site>> = self.function.values.iter().map(|_| None).collect();
        self.definitions(&ways, &mut sites);
        for (value, definition) in self.function.values.iter_enumerated() {
            let is_free = matches!(definition, Definition::Constant(_) | Definition::Unknown);
            if !is_free && sites[value].is_none() {
                self.broken(None, Invariant::S1, format!("`{value}` is not where its definition says"));
            }
        }
        self.uses(&ways, &sites);
    }

    fn definitions(&mut self, ways: &Ways, sites: &mut IndexVec<ValueId, Option<Site>>) {
        let function = self.function;
        let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let outside = Site { block: BlockId(0), place: 0 };
        for (at, parameter) in function.parameters.iter().enumerate() {
            let definition = Definition::Parameter { index: number(at) };
            self.define(None, parameter.value, definition, outside, sites);
        }
        for (block, content) in function.blocks.iter_enumerated() {
            for (at, parameter) in content.parameters.iter().enumerate() {
                let definition = Definition::BlockParameter { block, index: number(at) };
                self.define(Some(block), parameter.value, definition, Site { block, place: 0 }, sites);
            }
            for (at, &id) in content.instructions.iter().enumerate() {
                if let Some(result) = function.instructions.get(id).and_then(|instruction| instruction.result) {
                    let site = Site { block, place: at + 1 };
                    self.define(Some(block), result, Definition::Instruction(id), site, sites);
                }
            }
            for (way, continuation) in content.terminator.continuations().iter().enumerate() {
                let exit = continuation.exit;
                for (at, &result) in continuation.results.iter().enumerate() {
                    let definition = Definition::Result { block, exit, index: number(at) };
                    let site = Site { block: ways.after(block, way), place: 0 };
                    self.define(Some(block), result, definition, site, sites);
                }
            }
        }
    }

    fn define(
        &mut self,
        block: Option<BlockId>,
        value: ValueId,
        definition: Definition,
        site: Site,
        sites: &mut IndexVec<ValueId, Option<Site>>,
    ) {
        match self.function.values.get(value) {
            None => self.broken(block, Invariant::S4, format!("there is no value `{value}`")),
            Some(_) if sites[value].is_some() => {
                self.broken(block, Invariant::S1, format!("`{value}` is defined again"));
            }
            Some(named) => {
                if *named != definition {
                    self.broken(block, Invariant::S1, format!("`{value}` is defined where its entry does not say"));
                }
                sites[value] = Some(site);
            }
        }
    }

    fn uses(&mut self, ways: &Ways, sites: &IndexVec<ValueId, Option<Site>>) {
        let function = self.function;
        for (block, content) in function.blocks.iter_enumerated() {
            for (at, &id) in content.instructions.iter().enumerate() {
                let Some(instruction) = function.instructions.get(id) else { continue };
                self.used(ways, sites, block, &instruction.operands, Site { block, place: at + 1 });
            }
            self.used(ways, sites, block, content.terminator.operands(), Site { block, place: END });
            let is_call = !content.terminator.continuations().is_empty();
            for (way, edge) in content.terminator.edges().enumerate() {
                let at = if is_call { ways.after(block, way) } else { block };
                self.used(ways, sites, block, &edge.arguments, Site { block: at, place: END });
            }
        }
    }

    fn used(
        &mut self,
        ways: &Ways,
        sites: &IndexVec<ValueId, Option<Site>>,
        block: BlockId,
        values: &[ValueId],
        at: Site,
    ) {
        for &value in values {
            let Some(site) = sites.get(value) else {
                self.broken(Some(block), Invariant::S4, format!("there is no value `{value}`"));
                continue;
            };
            // What no way reaches is reported as such.
            let Some(site) = site.filter(|_| ways.dominance.is_reached(at.block)) else { continue };
            let is_before = if site.block == at.block {
                site.place < at.place
            } else {
                ways.dominance.dominates(site.block, at.block)
            };
            let is_free = matches!(self.function.values[value], Definition::Parameter { .. });
            if !is_before && !is_free {
                self.broken(Some(block), Invariant::S2, format!("`{value}` is used where it may not be defined"));
            }
        }
    }
}

/// The blocks and the ways from calls to their continuations.
struct Ways {
    dominance: Dominance,
    /// The number of the first way of each block.
    first: IndexVec<BlockId, usize>,
}

impl Ways {
    fn of(check: &Check<'_>) -> Self {
        let function = check.function;
        let mut len = function.blocks.len();
        let mut first = IndexVec::new();
        let mut edges = Vec::new();
        for (block, content) in function.blocks.iter_enumerated() {
            first.push(len);
            let is_call = !content.terminator.continuations().is_empty();
            for edge in content.terminator.edges() {
                let is_there = function.blocks.get(edge.block).is_some();
                if is_call {
                    edges.push((block, BlockId::new(len), EdgeKind::Return));
                    edges.extend(is_there.then_some((BlockId::new(len), edge.block, EdgeKind::Return)));
                    len += 1;
                } else {
                    edges.extend(is_there.then_some((block, edge.block, EdgeKind::Jump)));
                }
            }
        }
        Self { dominance: FlowGraph::new(len, BlockId(0), edges).dominators(), first }
    }

    fn after(&self, block: BlockId, way: usize) -> BlockId {
        BlockId::new(self.first[block] + way)
    }
}
