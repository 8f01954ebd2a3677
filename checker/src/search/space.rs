//! States, and steps between them, by number: so that configurations are small and quick to
//! compare.

use rustc_hash::FxHashMap;

use super::problem::{OpId, Problem};
use crate::model::Model;

/// Steps of more kinds of operations than this are not remembered: hardly one would be met again.
const REMEMBERED_KINDS: u32 = 4096;

/// What a search has met so far.
pub(crate) struct Space<M: Model> {
    states: Vec<M::State>,
    numbers: FxHashMap<M::State, u32>,
    /// By state and kind of operation: where the next states begin in `next`, and how many there
    /// are.
    steps: FxHashMap<(u32, u32), (u32, u32)>,
    next: Vec<u32>,
}

impl<M: Model> Space<M> {
    pub(crate) fn new() -> Self {
        Self {
            states: Vec::new(),
            numbers: FxHashMap::default(),
            steps: FxHashMap::default(),
            next: Vec::new(),
        }
    }

    pub(crate) fn number(&mut self, state: M::State) -> u32 {
        let fresh = self.states.len() as u32;
        if let Some(known) = self.numbers.get(&state) {
            return *known;
        }
        self.states.push(state.clone());
        self.numbers.insert(state, fresh);
        fresh
    }

    pub(crate) fn state(&self, number: u32) -> &M::State {
        &self.states[number as usize]
    }

    /// Appends the states after this operation to `next`.
    pub(crate) fn step(
        &mut self,
        problem: &Problem<'_, M>,
        state: u32,
        id: OpId,
        next: &mut Vec<u32>,
    ) {
        let kind = problem.kinds[id as usize];
        if let Some((begin, count)) = self.steps.get(&(state, kind)) {
            let range = *begin as usize..(*begin + *count) as usize;
            next.extend_from_slice(&self.next[range]);
            return;
        }
        let begin = next.len();
        let after = problem
            .model
            .step(&self.states[state as usize], &problem.op(id).op);
        for after in after {
            let number = self.number(after);
            next.push(number);
        }
        if kind < REMEMBERED_KINDS {
            let range = (self.next.len() as u32, (next.len() - begin) as u32);
            self.next.extend_from_slice(&next[begin..]);
            self.steps.insert((state, kind), range);
        }
    }

    /// Whether the operation is possible in this state.
    pub(crate) fn allows(&mut self, problem: &Problem<'_, M>, state: u32, id: OpId) -> bool {
        let kind = problem.kinds[id as usize];
        if let Some((_, count)) = self.steps.get(&(state, kind)) {
            return *count > 0;
        }
        let mut next = Vec::new();
        self.step(problem, state, id, &mut next);
        !next.is_empty()
    }

    /// Roughly what it occupies.
    pub(crate) fn bytes(&self) -> usize {
        let states = self.states.capacity() * 2 * (size_of::<M::State>() + 8);
        states + self.steps.capacity() * 24 + self.next.capacity() * 4
    }
}

/// How often indeterminate operations of each kind have been used, by number.
#[derive(Default)]
pub(crate) struct Usages {
    /// Sorted by kind; kinds that were not used are left out.
    counts: Vec<Box<[(u32, u32)]>>,
    numbers: FxHashMap<Box<[(u32, u32)]>, u32>,
}

impl Usages {
    pub(crate) fn new() -> Self {
        let mut usages = Self::default();
        usages.number(Box::default());
        usages
    }

    /// Nothing used.
    pub(crate) const NONE: u32 = 0;

    fn number(&mut self, counts: Box<[(u32, u32)]>) -> u32 {
        let fresh = self.counts.len() as u32;
        if let Some(known) = self.numbers.get(&counts) {
            return *known;
        }
        self.counts.push(counts.clone());
        self.numbers.insert(counts, fresh);
        fresh
    }

    /// How many of this kind were used.
    pub(crate) fn of(&self, usage: u32, kind: u32) -> u32 {
        let counts = &self.counts[usage as usize];
        match counts.binary_search_by_key(&kind, |(kind, _)| *kind) {
            Ok(at) => counts[at].1,
            Err(_) => 0,
        }
    }

    /// One more of this kind.
    pub(crate) fn with(&mut self, usage: u32, kind: u32) -> u32 {
        let mut counts = self.counts[usage as usize].to_vec();
        match counts.binary_search_by_key(&kind, |(kind, _)| *kind) {
            Ok(at) => counts[at].1 += 1,
            Err(at) => counts.insert(at, (kind, 1)),
        }
        self.number(counts.into())
    }

    /// Whether no kind was used more often than in the other.
    pub(crate) fn is_within(&self, usage: u32, other: u32) -> bool {
        let counts = &self.counts[usage as usize];
        usage == other || counts.iter().all(|(kind, n)| *n <= self.of(other, *kind))
    }

    /// Roughly what it occupies.
    pub(crate) fn bytes(&self) -> usize {
        let counts: usize = self.counts.len() * 2 * (32 + 8);
        counts + self.counts.last().map_or(0, |c| c.len()) * 8 * self.counts.len()
    }
}
