//! What a search works on: the events in order, and what is known of each operation before any
//! step.

use std::hash::Hash;

use rustc_hash::FxHashMap;

use super::bits::Bits;
use crate::model::{Model, Role};
use crate::timed::Timed;

/// The number of an operation in the history.
pub(crate) type OpId = u32;

/// A call or a return. Indeterminate operations have no return.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Event {
    Call(OpId),
    Return(OpId),
}

/// A history as a search sees it.
pub(crate) struct Problem<'a, M: Model> {
    pub(crate) model: &'a M,
    pub(crate) ops: &'a [Timed<M::Op>],
    pub(crate) events: Vec<Event>,
    pub(crate) roles: Vec<Role>,
    /// Operations that are alike, with the same answer, have the same number.
    pub(crate) kinds: Vec<u32>,
    /// Where an operation stands in sets of open ones; no two that are open at once share a slot.
    pub(crate) slots: Vec<u32>,
    /// How many slots there are.
    pub(crate) width: usize,
    /// Indeterminate operations by kind, in the order of their calls.
    pub(crate) unsure: Vec<Vec<OpId>>,
    /// For an indeterminate operation its place in `unsure`.
    pub(crate) unsure_kinds: FxHashMap<u32, u32>,
}

impl<'a, M: Model> Problem<'a, M> {
    pub(crate) fn new(model: &'a M, ops: &'a [Timed<M::Op>]) -> Self {
        let roles: Vec<Role> = ops.iter().map(|timed| model.role(&timed.op)).collect();
        let kinds = alike(ops.iter().map(|timed| &timed.op));
        let mut problem = Self {
            model,
            ops,
            events: events(ops, &roles),
            roles,
            kinds,
            slots: vec![0; ops.len()],
            width: 0,
            unsure: Vec::new(),
            unsure_kinds: FxHashMap::default(),
        };
        problem.assign_slots();
        problem.collect_unsure();
        problem
    }

    pub(crate) fn op(&self, id: OpId) -> &'a Timed<M::Op> {
        &self.ops[id as usize]
    }

    pub(crate) fn role(&self, id: OpId) -> Role {
        self.roles[id as usize]
    }

    pub(crate) fn slot(&self, id: OpId) -> usize {
        self.slots[id as usize] as usize
    }

    /// The position in the history of an event, by its number.
    pub(crate) fn time_of(&self, event: usize) -> u32 {
        match self.events.get(event) {
            Some(Event::Call(id)) => self.op(*id).call,
            Some(Event::Return(id)) => self.op(*id).ret,
            None => u32::MAX,
        }
    }

    /// Whether sets of this type have room for all slots.
    pub(crate) fn fits<B: Bits>(&self) -> bool {
        self.width <= B::ROOM
    }

    /// The least vacant slot each time, so that there are as many as operations open at once.
    fn assign_slots(&mut self) {
        let mut vacant = std::collections::BinaryHeap::new();
        for event in &self.events {
            match *event {
                Event::Call(id) if !self.ops[id as usize].is_indeterminate() => {
                    let std::cmp::Reverse(slot) = vacant.pop().unwrap_or_else(|| {
                        self.width += 1;
                        std::cmp::Reverse(self.width as u32 - 1)
                    });
                    self.slots[id as usize] = slot;
                }
                Event::Call(_) => {}
                Event::Return(id) => vacant.push(std::cmp::Reverse(self.slots[id as usize])),
            }
        }
    }

    fn collect_unsure(&mut self) {
        for event in &self.events {
            let Event::Call(id) = *event else { continue };
            if !self.ops[id as usize].is_indeterminate() {
                continue;
            }
            let fresh = self.unsure.len() as u32;
            let kind = self.kinds[id as usize];
            let at = *self.unsure_kinds.entry(kind).or_insert(fresh);
            if at == fresh {
                self.unsure.push(Vec::new());
            }
            self.unsure[at as usize].push(id);
        }
    }
}

/// In order; without indeterminate operations that could only have observed.
fn events<O>(ops: &[Timed<O>], roles: &[Role]) -> Vec<Event> {
    let mut events = Vec::with_capacity(2 * ops.len());
    for (id, (timed, role)) in (0..).zip(ops.iter().zip(roles)) {
        if !timed.is_indeterminate() {
            events.push((timed.call, Event::Call(id)));
            events.push((timed.ret, Event::Return(id)));
        } else if *role != Role::Observes {
            events.push((timed.call, Event::Call(id)));
        }
    }
    events.sort_unstable_by_key(|(position, _)| *position);
    events.into_iter().map(|(_, event)| event).collect()
}

fn alike<'a, O: Eq + Hash + 'a>(ops: impl Iterator<Item = &'a O>) -> Vec<u32> {
    let mut known: FxHashMap<&O, u32> = FxHashMap::default();
    ops.map(|op| {
        let fresh = known.len() as u32;
        *known.entry(op).or_insert(fresh)
    })
    .collect()
}
