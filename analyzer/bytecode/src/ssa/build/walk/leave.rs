//! Where a node leads: to other nodes, into functions and back from them, or nowhere.

use revm_bytecode::opcode::{self as op, OPCODE_INFO, OpCodeInfo};

use crate::instruction::Pc;
use crate::lift::{End, Node, Successor};
use crate::term::{FunctionId, NodeId, Term, TermId};

use super::super::super::ValueId;
use super::super::draft::{Ending, Onward, UnitId};
use super::{Pending, Stack, Walk};

/// A jump whose operands are taken from the stack.
struct Jump {
    unit: UnitId,
    node: NodeId,
    pc: Pc,
    /// The target, as the lifter and as the program know it.
    term: TermId,
    target: ValueId,
}

impl Walk<'_, '_> {
    /// Ends the unit of a node where its instructions end.
    pub(super) fn end(&mut self, mut stack: Stack, id: NodeId, pc: Pc) {
        let node = &self.lifted.nodes[id];
        let unit = stack.unit;
        let ending = match node.end {
            End::FallThrough => {
                self.keep(stack);
                let next = nodes_after(node).next();
                next.map_or(Ending::Unknown { pc }, |next| Ending::Jump(self.unit_of(next)))
            }
            End::Halt { pc } => {
                let opcode = self.lifted.code.opcode_at(pc.0 as usize);
                let info = OPCODE_INFO[usize::from(opcode)].filter(OpCodeInfo::is_terminating);
                let count = info.map_or(0, |info| usize::from(info.inputs()));
                let operands = self.take(&mut stack, count).unwrap_or_default();
                self.keep(stack);
                Ending::Halt { pc, opcode, operands }
            }
            End::Jump { pc, target: term } => match self.pop(&mut stack) {
                Ok(target) => {
                    self.keep(stack);
                    self.jump(&Jump { unit, node: id, pc, term, target })
                }
                Err(_) => Ending::Unknown { pc },
            },
            End::Branch { pc, target: term, .. } => match self.take(&mut stack, 2).ok().as_deref() {
                Some(&[target, condition]) => {
                    self.keep(stack);
                    self.branch(&Jump { unit, node: id, pc, term, target }, condition)
                }
                _ => Ending::Unknown { pc },
            },
        };
        self.draft.units[unit].ending = ending;
    }

    /// Notes what the stack is when the unit ends.
    fn keep(&mut self, stack: Stack) {
        let unit = &mut self.draft.units[stack.unit];
        unit.base = stack.base;
        unit.items = stack.items;
    }

    fn jump(&mut self, jump: &Jump) -> Ending {
        let node = &self.lifted.nodes[jump.node];
        if let Some(exit) = returned(node) {
            return self.return_from(jump.unit, jump.pc, exit);
        }
        let nodes: Vec<NodeId> = nodes_after(node).collect();
        let called: Vec<FunctionId> = node
            .transfers
            .iter()
            .filter(|transfer| transfer.from.is_none())
            .filter_map(|transfer| match transfer.to {
                Successor::Call(function) => Some(function),
                _ => None,
            })
            .collect();
        let is_complete = self.lifted.terms.number(jump.term).is_some() || self.gaps.is_complete(jump.pc);
        match (nodes.as_slice(), called.as_slice()) {
            ([], []) => self.nowhere(jump, op::JUMP),
            (&[to], []) if is_complete => Ending::Jump(self.unit_of(to)),
            ([], &[function]) if is_complete => {
                self.pending.push(Pending { unit: jump.unit, node: jump.node, pc: jump.pc, function });
                Ending::Unknown { pc: jump.pc }
            }
            _ => {
                let mut to: Vec<UnitId> = nodes.iter().map(|&node| self.unit_of(node)).collect();
                let height = self.draft.units[jump.unit].top();
                for function in called {
                    let unit = self.draft.unit(jump.pc, None, height);
                    self.pending.push(Pending { unit, node: jump.node, pc: jump.pc, function });
                    to.push(unit);
                }
                Ending::Switch { pc: jump.pc, target: jump.target, to, is_complete }
            }
        }
    }

    fn branch(&mut self, jump: &Jump, condition: ValueId) -> Ending {
        let node = &self.lifted.nodes[jump.node];
        let [taken, next] = node.branches;
        let otherwise = match next {
            Some(next) => Some(self.unit_of(next)),
            None => self.gaps.has_dropped_ways.then(|| self.stub(jump, Ending::Unknown { pc: jump.pc })),
        };
        let then = self.taken(jump, node, taken, next);
        match (then, otherwise) {
            (Some(then), Some(otherwise)) => Ending::Branch { pc: jump.pc, condition, then, otherwise },
            // A branch before has decided it.
            (Some(only), None) | (None, Some(only)) => Ending::Jump(only),
            (None, None) => Ending::Unknown { pc: jump.pc },
        }
    }

    /// Where a branch leads when its condition holds; `None` when it cannot hold.
    fn taken(&mut self, jump: &Jump, node: &Node, taken: Option<NodeId>, next: Option<NodeId>) -> Option<UnitId> {
        if let Some(exit) = returned(node) {
            let stub = self.stub(jump, Ending::Unknown { pc: jump.pc });
            let ending = self.return_from(stub, jump.pc, exit);
            self.draft.units[stub].ending = ending;
            return Some(stub);
        }
        let is_complete = self.lifted.terms.number(jump.term).is_some() || self.gaps.is_complete(jump.pc);
        let others = nodes_after(node).filter(|&other| Some(other) != next || taken == next);
        let to: Vec<NodeId> = others.collect();
        match to.as_slice() {
            [] => match self.nowhere(jump, op::JUMPI) {
                // Its target is a place where jumps may lead, so that the condition was decided.
                Ending::Unknown { .. } if !self.gaps.has_dropped_ways => None,
                ending => Some(self.stub(jump, ending)),
            },
            &[to] if is_complete => Some(self.unit_of(to)),
            _ => {
                let to = to.iter().map(|&node| self.unit_of(node)).collect();
                Some(self.stub(jump, Ending::Switch { pc: jump.pc, target: jump.target, to, is_complete }))
            }
        }
    }

    /// A jump that no way was found for.
    fn nowhere(&mut self, jump: &Jump, opcode: u8) -> Ending {
        let Jump { pc, target, .. } = *jump;
        match self.lifted.terms.number(jump.term) {
            Some(place) if self.lifted.code.destination(place).is_some() => Ending::Unknown { pc },
            None if !self.gaps.is_complete(pc) => Ending::Switch { pc, target, to: Vec::new(), is_complete: false },
            _ => Ending::Halt { pc, opcode, operands: Vec::new() },
        }
    }

    /// A unit behind the end of another that has the same stack.
    fn stub(&mut self, jump: &Jump, ending: Ending) -> UnitId {
        let height = self.draft.units[jump.unit].top();
        let unit = self.draft.unit(jump.pc, None, height);
        self.draft.units[unit].ending = ending;
        unit
    }

    fn return_from(&mut self, unit: UnitId, pc: Pc, exit: u32) -> Ending {
        let Some(&len) = self.draft.exits.get(exit as usize) else { return Ending::Unknown { pc } };
        let top = self.draft.units[unit].top();
        let lowest = top.saturating_sub(i32::try_from(len).unwrap_or(i32::MAX));
        let values = (lowest..top).map(|height| self.draft.at_end(unit, height, &mut self.inputs)).collect();
        Ending::Return { pc, exit, values }
    }

    /// Ends a unit with a call.
    pub(super) fn end_with_call(&mut self, pending: &Pending) {
        let &Pending { unit, node, pc, function } = pending;
        let exits = &self.lifted.functions[function].exits;
        let mut onward = Vec::new();
        for (at, exit) in exits.iter().enumerate() {
            let number = u32::try_from(at).unwrap_or(u32::MAX);
            let transfers = &self.lifted.nodes[node].transfers;
            let ways = transfers.iter().filter(|transfer| transfer.from == Some((function, number)));
            let ways: Vec<Successor> = ways.map(|transfer| transfer.to).collect();
            if ways.is_empty() {
                continue;
            }
            let takes = i32::try_from(exit.takes).unwrap_or(i32::MAX);
            let left = i32::try_from(exit.leaves.len()).unwrap_or(i32::MAX);
            let results = exit.leaves.iter().map(|_| self.draft.result()).collect();
            let height = self.draft.units[unit].top().saturating_sub(takes).saturating_add(left);
            let is_complete = exit.jumps.iter().all(|&jump| self.gaps.is_complete(jump));
            let mut to: Vec<UnitId> =
                ways.iter().map(|&way| self.behind(node, pc, way, height, (unit, exit.target))).collect();
            if to.len() > 1 || !is_complete {
                let target = self.exit_target(unit, exit.target);
                let switch = self.draft.unit(pc, None, height);
                self.draft.units[switch].ending = Ending::Switch { pc, target, to, is_complete };
                to = vec![switch];
            }
            onward.extend(to.into_iter().map(|to| Onward { exit: number, takes, results: Vec::clone(&results), to }));
        }
        self.draft.units[unit].ending = Ending::Call { pc, function, onward };
    }

    /// The word of the caller that an exit jumps to.
    fn exit_target(&mut self, unit: UnitId, target: TermId) -> ValueId {
        match self.lifted.terms.get(target) {
            Term::Parameter { slot, .. } => {
                let depth = i32::try_from(slot).unwrap_or(i32::MAX).saturating_add(1);
                let height = self.draft.units[unit].top().saturating_sub(depth);
                self.draft.at_end(unit, height, &mut self.inputs)
            }
            _ => self.draft.unknown(),
        }
    }

    /// The unit to which control comes back from a call that a unit makes, by an exit to this target.
    fn behind(
        &mut self,
        node: NodeId,
        pc: Pc,
        way: Successor,
        height: i32,
        (unit, target): (UnitId, TermId),
    ) -> UnitId {
        match way {
            Successor::Node(to) | Successor::Continuation(to) => {
                let there = &self.lifted.nodes[to];
                if there.is_relay && there.height() == height.saturating_add(1) {
                    // It takes the target from the stack once more.
                    let label = self.exit_target(unit, target);
                    let before = self.draft.unit(there.pc, None, height);
                    self.draft.units[before].items.push(label);
                    self.draft.units[before].ending = Ending::Jump(self.unit_of(to));
                    return before;
                }
                if !there.is_relay && there.height() == height {
                    return self.unit_of(to);
                }
            }
            Successor::Call(function) => {
                if let Some(&known) = self.calls.get(&(node, function)) {
                    if self.draft.units[known].top() == height {
                        return known;
                    }
                } else {
                    let unit = self.draft.unit(pc, None, height);
                    self.calls.insert((node, function), unit);
                    self.pending.push(Pending { unit, node, pc, function });
                    return unit;
                }
            }
            Successor::Return(exit) => {
                let unit = self.draft.unit(pc, None, height);
                let ending = self.return_from(unit, pc, exit);
                self.draft.units[unit].ending = ending;
                return unit;
            }
        }
        // The same call was made with another stack in an earlier round.
        self.draft.unit(pc, None, height)
    }
}

fn nodes_after(node: &Node) -> impl Iterator<Item = NodeId> {
    node.successors.iter().filter_map(|successor| match successor {
        Successor::Node(node) => Some(*node),
        _ => None,
    })
}

/// The exit by which the jump of a node itself leaves its function.
fn returned(node: &Node) -> Option<u32> {
    node.successors.iter().find_map(|successor| match successor {
        Successor::Return(exit) if node.transfers.is_empty() => Some(*exit),
        _ => None,
    })
}
