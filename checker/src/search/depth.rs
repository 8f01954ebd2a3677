//! Depth first: one way through the history, and back where it does not go on.
//!
//! Wing and Gong's search with Lowe's memory of configurations that lead nowhere, over the same
//! configurations as the breadth-first one: an entry takes some bytes, not a bit for each operation
//! of the history. Its stack is its own, so a long history overflows nothing.

use rustc_hash::FxHashMap;

use super::bits::Bits;
use super::config::Config;
use super::moves::Moves;
use super::problem::{Event, Problem};
use super::{Ended, Search};
use crate::model::{Model, Role};

/// Of those that lead nowhere, a new one is compared with so many.
const COMPARED: usize = 32;

/// A search in progress.
pub(crate) struct Depth<'a, M: Model, B> {
    moves: Moves<'a, M, B>,
    /// What is to be tried, with its position.
    stack: Vec<(u32, Config<B>)>,
    /// What was tried, by position and state.
    tried: FxHashMap<(u32, u32), Vec<Config<B>>>,
    entries: usize,
    /// The operation that could not return for the longest.
    stuck: Option<(usize, u32)>,
    next: Vec<Config<B>>,
}

impl<'a, M: Model, B: Bits> Depth<'a, M, B> {
    pub(crate) fn new(problem: &'a Problem<'a, M>, is_traced: bool) -> Self {
        let mut moves = Moves::new(problem, is_traced);
        Self {
            stack: vec![(0, moves.beginning())],
            tried: FxHashMap::default(),
            entries: 0,
            stuck: None,
            next: Vec::new(),
            moves,
        }
    }

    /// Passes events as long as no step has to be chosen; the operation that must return then.
    fn glide(&mut self, config: &mut Config<B>) -> Option<u32> {
        let problem = self.moves.problem;
        while self.moves.board.position < problem.events.len() {
            match problem.events[self.moves.board.position] {
                Event::Call(id) => {
                    self.moves.board.forward(problem);
                    let op = problem.op(id);
                    if problem.role(id) == Role::Observes && !op.is_indeterminate() {
                        self.moves.observe(config, id);
                    }
                }
                Event::Return(id) => {
                    let slot = problem.slot(id);
                    if !config.fine.has(slot) {
                        return Some(id);
                    }
                    let chance = self.moves.last_chance(config, id);
                    let position = self.moves.board.position as u32;
                    self.stack.extend(chance.map(|chance| (position, chance)));
                    self.moves.board.forward(problem);
                    config.forget(slot);
                    config.is_idle = false;
                }
            }
        }
        None
    }

    /// Whether something at least as good was tried here before.
    fn is_known(&mut self, config: &Config<B>) -> bool {
        if config.is_idle {
            return false;
        }
        let key = (self.moves.board.position as u32, config.state);
        let tried = self.tried.entry(key).or_default();
        let from = tried.len().saturating_sub(COMPARED);
        let usages = &self.moves.usages;
        if tried[from..].iter().any(|t| t.covers(config, usages)) {
            return true;
        }
        if tried.len() <= COMPARED {
            let before = tried.len();
            tried.retain(|t| !config.covers(t, usages));
            self.entries -= before - tried.len();
        }
        tried.push(*config);
        self.entries += 1;
        false
    }
}

impl<M: Model, B: Bits> Search for Depth<'_, M, B> {
    fn advance(&mut self, steps: u64) -> Option<Ended> {
        for _ in 0..steps {
            let Some((position, mut config)) = self.stack.pop() else {
                return self.stuck.map(|(_, id)| Ended::Stuck(id));
            };
            while self.moves.board.position > position as usize {
                self.moves.board.back(self.moves.problem);
            }
            let Some(due) = self.glide(&mut config) else {
                return Some(Ended::Possible(self.moves.linearization(config.trail)));
            };
            let position = self.moves.board.position;
            if self.stuck.is_none_or(|(furthest, _)| position > furthest) {
                self.stuck = Some((position, due));
            }
            if self.is_known(&config) {
                continue;
            }
            self.moves.expand(&config, due, &mut self.next);
            let next = self.next.drain(..).map(|c| (position as u32, c));
            self.stack.extend(next);
        }
        None
    }

    fn bytes(&self) -> usize {
        let configs = self.stack.capacity() + self.entries;
        let memory = configs * size_of::<(u32, Config<B>)>() + self.tried.capacity() * 40;
        memory + self.moves.bytes()
    }

    fn position(&self) -> usize {
        self.stuck.map_or(0, |(position, _)| position)
    }
}
