//! The steps that a search tries.
//!
//! Exact reductions, so that few are tried:
//!
//! - An operation that only observes takes effect at the first state that allows it, and is never
//!   chosen: doing so changes nothing for the others.
//! - An operation that overwrites needs no moment of its own when another one overwrites while
//!   it is open: just before that one it does nothing that could be seen. It is *fine*, and can
//!   still be used for its value.
//! - So an overwrite is of use only if its value is seen: some observer becomes fine, or the next
//!   step is a change of the state that it makes possible. An idle overwrite that is followed by
//!   another one could be left out.
//! - An operation that overwrites and must return is let go, if it is fine, or takes effect now
//!   after whatever else. That another one overwrites to make it fine is not tried: that one can
//!   as well follow it.
//! - Of operations that are alike, the one that returns first goes first.
//! - Indeterminate operations that are alike are counted, not told apart.
//!
//! That operations take effect as late as possible is Lowe's just-in-time linearization (*Testing
//! for linearizability*, 2017); what is said of overwrites is ours, and tested against all orders.

use super::bits::Bits;
use super::board::Board;
use super::config::Config;
use super::order::linearization;
use super::problem::{OpId, Problem};
use super::space::{Space, Usages};
use super::trail::Trail;
use crate::model::{Model, Role};

/// What both searches share.
pub(crate) struct Moves<'a, M: Model, B> {
    pub(crate) problem: &'a Problem<'a, M>,
    pub(crate) space: Space<M>,
    pub(crate) usages: Usages,
    pub(crate) trail: Trail,
    pub(crate) board: Board<B>,
    /// The operation that must return.
    due: B,
    next: Vec<u32>,
}

impl<'a, M: Model, B: Bits> Moves<'a, M, B> {
    pub(crate) fn new(problem: &'a Problem<'a, M>, is_traced: bool) -> Self {
        Self {
            space: Space::new(),
            usages: Usages::new(),
            trail: Trail::new(is_traced),
            board: Board::new(problem),
            due: B::default(),
            next: Vec::new(),
            problem,
        }
    }

    /// Before the first event.
    pub(crate) fn beginning(&mut self) -> Config<B> {
        Config {
            state: self.space.number(self.problem.model.initial()),
            usage: Usages::NONE,
            done: B::default(),
            fine: B::default(),
            is_idle: false,
            trail: Trail::ROOT,
        }
    }

    /// An operation that only observes is called: it is fine where its answer is true already.
    pub(crate) fn observe(&mut self, config: &mut Config<B>, id: OpId) {
        if self.space.allows(self.problem, config.state, id) {
            config.fine = config.fine.or(B::one(self.problem.slot(id)));
        }
    }

    /// What an operation that must return leaves to be tried. One that overwrites and is fine may
    /// return, but this is the last time that its value can be used: that is the other possibility.
    pub(crate) fn last_chance(&self, config: &Config<B>, due: OpId) -> Option<Config<B>> {
        let bit = B::one(self.problem.slot(due));
        let is_unused = self.problem.role(due) == Role::Overwrites && !config.done.meets(bit);
        is_unused.then(|| Config {
            fine: config.fine.without(bit),
            ..*config
        })
    }

    /// Appends what one step leads to, while `due` must return and is not fine. The most promising
    /// come last.
    pub(crate) fn expand(&mut self, config: &Config<B>, due: OpId, out: &mut Vec<Config<B>>) {
        self.due = B::one(self.problem.slot(due));
        self.use_unsure(config, out);
        let (mut last, candidates) = (None, self.board.candidates(config.done));
        for slot in candidates.collect::<Vec<_>>() {
            if config.is_idle && self.board.overwriters.has(slot) {
                continue;
            }
            if self.due.has(slot) {
                last = Some(slot);
            } else {
                self.use_slot(config, slot, out);
            }
        }
        if let Some(due) = last {
            self.use_slot(config, due, out);
        }
    }

    fn use_slot(&mut self, config: &Config<B>, slot: usize, out: &mut Vec<Config<B>>) {
        let id = self.board.in_slot[slot];
        let bit = B::one(slot);
        let mut taken = *config;
        taken.done = taken.done.or(bit);
        taken.fine = taken.fine.or(bit);
        self.step(&taken, config.state, id, id, out);
    }

    fn use_unsure(&mut self, config: &Config<B>, out: &mut Vec<Config<B>>) {
        for kind in 0..self.board.called.len() as u32 {
            let used = self.usages.of(config.usage, kind);
            if used == self.board.called[kind as usize] {
                continue;
            }
            let alike = &self.problem.unsure[kind as usize];
            let (id, taken_id) = (alike[0], alike[used as usize]);
            let overwrites = self.problem.role(id) == Role::Overwrites;
            if overwrites && config.is_idle {
                continue;
            }
            let mut taken = *config;
            taken.usage = self.usages.with(config.usage, kind);
            self.step(&taken, config.state, id, taken_id, out);
        }
    }

    /// The states after an operation that was taken out of `taken`.
    fn step(
        &mut self,
        taken: &Config<B>,
        before: u32,
        id: OpId,
        traced: OpId,
        out: &mut Vec<Config<B>>,
    ) {
        let overwrites = self.problem.role(id) == Role::Overwrites;
        let mut next = std::mem::take(&mut self.next);
        next.clear();
        self.space.step(self.problem, before, id, &mut next);
        for &state in &next {
            let is_unsure = self.problem.op(id).is_indeterminate();
            if is_unsure && state == before && !overwrites {
                continue;
            }
            let mut config = *taken;
            config.state = state;
            if overwrites {
                // The one that must return is let go or used; see `last_chance`.
                config.fine = config.fine.or(self.board.overwriters.without(self.due));
            }
            // What is possible in the state before is fine already.
            let seen = if state == before {
                B::default()
            } else {
                self.seen(&config)
            };
            config.fine = config.fine.or(seen);
            config.is_idle = overwrites && seen == B::default();
            config.trail = self
                .trail
                .push(taken.trail, traced, self.board.position, state);
            out.push(config);
        }
        self.next = next;
    }

    /// Observers that are possible now and were not before.
    fn seen(&mut self, config: &Config<B>) -> B {
        let mut seen = B::default();
        for slot in self.board.observers.without(config.fine).each() {
            let id = self.board.in_slot[slot];
            if self.space.allows(self.problem, config.state, id) {
                seen = seen.or(B::one(slot));
            }
        }
        seen
    }

    /// The whole order of operations at the end of a trail; empty unless it was on.
    pub(crate) fn linearization(&mut self, trail: u32) -> Vec<OpId> {
        let steps = self.trail.to(trail);
        steps.map_or_else(Vec::new, |steps| {
            linearization(self.problem, &mut self.space, &steps)
        })
    }

    /// Roughly what it occupies.
    pub(crate) fn bytes(&self) -> usize {
        self.space.bytes() + self.usages.bytes() + self.trail.bytes()
    }
}
