//! Breadth first: all configurations that are possible at a position, event by event.
//!
//! Lowe's just-in-time linearization (*Testing for linearizability*, 2017): an operation
//! takes effect at the latest when some operation must return. Memory is that of one frontier.

use rustc_hash::FxHashSet;

use super::bits::Bits;
use super::config::{Config, keep_the_best};
use super::moves::Moves;
use super::problem::{Event, OpId, Problem};
use super::trail::Trail;
use super::{Ended, Search, Standstill};
use crate::model::{Model, Role};

/// A search in progress.
pub(crate) struct Breadth<'a, M: Model, B> {
    moves: Moves<'a, M, B>,
    /// All that is possible here, but for those that still wait for the operation that must return.
    frontier: Vec<Config<B>>,
    /// Those that wait.
    waiting: Vec<Config<B>>,
    met: FxHashSet<Config<B>>,
    /// The operation that must return.
    due: Option<OpId>,
    /// The states that were met while it had to.
    held: Vec<u32>,
    /// Steps so far, and those of them since an operation is due.
    steps: [u64; 2],
}

impl<'a, M: Model, B: Bits> Breadth<'a, M, B> {
    pub(crate) fn new(problem: &'a Problem<'a, M>, is_traced: bool) -> Self {
        let mut moves = Moves::new(problem, is_traced);
        Self {
            frontier: vec![moves.beginning()],
            waiting: Vec::new(),
            met: FxHashSet::default(),
            due: None,
            held: Vec::new(),
            steps: [0; 2],
            moves,
        }
    }

    /// The states in which the object may be while the operation that is due must return.
    pub(crate) fn states(&self) -> Vec<M::State> {
        let mut numbers = self.held.clone();
        numbers.sort_unstable();
        numbers.dedup();
        let space = &self.moves.space;
        numbers.iter().map(|n| space.state(*n).clone()).collect()
    }

    /// Where more than half of the steps were spent, if that is here.
    pub(crate) fn standstill(&self) -> Option<Standstill> {
        let [all, here] = self.steps;
        let open = self.moves.board.mutators().each().count();
        let met = self.met.len();
        (self.due.is_some() && 2 * here > all).then_some(Standstill { open, met })
    }

    fn event(&mut self) {
        match self.moves.problem.events[self.moves.board.position] {
            Event::Call(id) => {
                self.moves.board.forward(self.moves.problem);
                let op = self.moves.problem.op(id);
                if self.moves.problem.role(id) == Role::Observes && !op.is_indeterminate() {
                    for config in &mut self.frontier {
                        self.moves.observe(config, id);
                    }
                }
            }
            Event::Return(id) => {
                let slot = self.moves.problem.slot(id);
                let all = std::mem::take(&mut self.frontier);
                let chances = all.iter().filter_map(|c| self.moves.last_chance(c, id));
                self.waiting = chances.collect();
                for config in all {
                    if config.fine.has(slot) {
                        self.frontier.push(config);
                    } else if self.moves.last_chance(&config, id).is_none() {
                        self.waiting.push(config);
                    }
                }
                self.met.clear();
                self.held.clear();
                self.due = Some(id);
                self.steps[1] = 0;
            }
        }
    }

    /// One step of one that waits.
    fn expand(&mut self, due: OpId) {
        let slot = self.moves.problem.slot(due);
        let Some(config) = self.waiting.pop() else {
            return;
        };
        self.held.push(config.state);
        let begin = self.waiting.len();
        self.moves.expand(&config, due, &mut self.waiting);
        let mut kept = begin;
        for at in begin..self.waiting.len() {
            let config = self.waiting[at];
            if !self.met.insert(config) {
                continue;
            }
            if config.fine.has(slot) {
                self.frontier.push(config);
            } else {
                self.waiting[kept] = config;
                kept += 1;
            }
        }
        self.waiting.truncate(kept);
    }

    fn returned(&mut self, due: OpId) {
        let slot = self.moves.problem.slot(due);
        self.moves.board.forward(self.moves.problem);
        for config in &mut self.frontier {
            config.forget(slot);
            config.is_idle = false;
        }
        keep_the_best(&mut self.frontier, &self.moves.usages);
        self.due = None;
    }
}

impl<M: Model, B: Bits> Search for Breadth<'_, M, B> {
    fn advance(&mut self, steps: u64) -> Option<Ended> {
        for _ in 0..steps {
            let Some(due) = self.due else {
                if self.moves.board.position == self.moves.problem.events.len() {
                    let trail = self.frontier.first().map_or(Trail::ROOT, |c| c.trail);
                    return Some(Ended::Possible(self.moves.linearization(trail)));
                }
                self.event();
                continue;
            };
            self.steps = self.steps.map(|steps| steps + 1);
            if !self.waiting.is_empty() {
                self.expand(due);
            } else if self.frontier.is_empty() {
                return Some(Ended::Stuck(due));
            } else {
                self.returned(due);
            }
        }
        None
    }

    fn bytes(&self) -> usize {
        let configs = self.frontier.capacity() + self.waiting.capacity() + self.met.capacity();
        configs * size_of::<Config<B>>() + self.moves.bytes()
    }

    fn position(&self) -> usize {
        self.moves.board.position
    }
}
