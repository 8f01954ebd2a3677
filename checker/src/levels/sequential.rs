//! Sequential consistency: one order of all operations that keeps the order of each session.
//!
//! To decide it is NP-complete, even if reads tell which write they saw (Gibbons and Korach,
//! *Testing shared memories*, 1997). So it is asked first for what every such order must obey: the
//! order of writes that causes tell, and that reads come before what overwrote the value they
//! found; if that goes in a circle, there is none (as in Zennou and others, *Gradual consistency
//! checking*, CAV 2019). Then orders are tried, depth first and never twice the same state, where a
//! state is how far each session is and what each key holds. Reads are done as soon as they can be,
//! and a value is not overwritten while reads of it are left. A state is remembered as 128 bits
//! that stand for it; that two share them is less probable than 2^-80 for a million.
//!
//! Takes `O(nk)` where the earliest call mostly is the right one, and `O(n^k)` in the worst case,
//! which a budget cuts short.

use rustc_hash::FxHashSet;

use super::order::{Forced, Order, Why};
use super::web::{INITIAL, NONE, Web};
use super::witness::{Flaw, Step};

/// What was found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// There is an order.
    Order,
    /// There is none, because of this.
    Contradiction(Flaw, Vec<Step>),
    /// There is none: all were tried.
    None,
    /// The budget is used up.
    OutOfSteps,
}

/// Looks for an order. `forced` is what causes tell of the order of writes.
pub(super) fn judge(web: &Web, forced: &[Forced], budget: u64) -> Found {
    let order = Order::new(web, None, with_reads(web, forced));
    if let Some(steps) = order.circle() {
        return Found::Contradiction(Flaw::Circle, steps);
    }
    Search::new(web, &order).run(budget)
}

/// What is forced, and that reads come before what overwrote what they found.
fn with_reads(web: &Web, forced: &[Forced]) -> Vec<Forced> {
    let mut readers: Vec<Vec<u32>> = vec![Vec::new(); web.nodes.len()];
    let mut of_initial: Vec<Vec<u32>> = vec![Vec::new(); web.keys as usize];
    let mut pairs: Vec<(u32, u32, u32)> = forced
        .iter()
        .map(|edge| (edge.from, edge.to, edge.age + 1))
        .collect();
    let mut last = vec![NONE; web.keys as usize];
    let mut firsts: Vec<Vec<u32>> = vec![Vec::new(); web.keys as usize];
    for (at, node) in (0..).zip(&web.nodes) {
        let key = node.key as usize;
        match node.from {
            NONE => {}
            INITIAL => push_last(web, &mut of_initial[key], at),
            from => push_last(web, &mut readers[from as usize], at),
        }
        if !node.writes {
            continue;
        }
        if node.from < INITIAL {
            pairs.push((node.from, at, 1));
        }
        let before = last[key];
        let is_next = before != NONE && web.node(before).session == node.session;
        if is_next && !node.is_open {
            pairs.push((before, at, 1));
        } else {
            firsts[key].push(at);
        }
        if !node.is_open {
            last[key] = at;
        }
    }
    let mut all = forced.to_vec();
    let missed = |to: u32, write: u32, age: u32| {
        move |from: &u32| Forced {
            to,
            from: *from,
            age,
            why: Why::Missed(write),
        }
    };
    for (write, to, age) in pairs {
        let others = readers[write as usize]
            .iter()
            .filter(|reader| **reader != to);
        all.extend(others.map(missed(to, write, age)));
    }
    for (firsts, of_initial) in firsts.iter().zip(&of_initial) {
        for to in firsts {
            let others = of_initial.iter().filter(|reader| *reader != to);
            all.extend(others.map(missed(*to, INITIAL, 1)));
        }
    }
    all
}

/// Of the readers in one session the last one is enough.
fn push_last(web: &Web, readers: &mut Vec<u32>, at: u32) {
    let is_next = |last: &u32| {
        let (last, node) = (web.node(*last), web.node(at));
        last.session == node.session && !last.is_open && !node.is_open
    };
    if readers.last().is_some_and(is_next) {
        readers.pop();
    }
    readers.push(at);
}

/// A search through states.
struct Search<'a> {
    web: &'a Web,
    order: &'a Order<'a>,
    /// Sessions and then open writes: the next operation of each.
    next: Vec<u32>,
    ends: Vec<u32>,
    /// Of each of these the number of its operation if it writes, and what it wants to find if it
    /// only reads.
    writes: Vec<u32>,
    wants: Vec<u32>,
    /// What each key holds.
    holds: Vec<u32>,
    /// How many reads of a value are left, by its write or, behind those, by the key of an initial
    /// one.
    left: Vec<u32>,
    is_done: Vec<bool>,
    /// What was done, and what its key held before.
    trail: Vec<(u32, u32)>,
    state: u128,
    met: FxHashSet<u128>,
}

impl<'a> Search<'a> {
    fn new(web: &'a Web, order: &'a Order<'a>) -> Self {
        let open = web.open_begin() as u32..web.nodes.len() as u32;
        let sessions = 0..web.sessions();
        let begins = sessions.clone().map(|session| web.session(session).0);
        let ends = sessions.map(|session| web.session(session).1);
        let mut search = Self {
            web,
            order,
            next: begins.chain(open.clone()).collect(),
            ends: ends.chain(open.map(|at| at + 1)).collect(),
            writes: Vec::new(),
            wants: Vec::new(),
            holds: vec![INITIAL; web.keys as usize],
            left: vec![0; web.nodes.len() + web.keys as usize],
            is_done: vec![false; web.nodes.len()],
            trail: Vec::with_capacity(web.nodes.len()),
            state: 0,
            met: FxHashSet::default(),
        };
        for node in web.nodes.iter().filter(|node| node.from != NONE) {
            let place = search.place(node.from, node.key);
            search.left[place] += 1;
        }
        search.writes = vec![NONE; search.next.len()];
        search.wants = vec![NONE; search.next.len()];
        (0..search.next.len()).for_each(|chain| search.look(chain));
        search
    }

    fn place(&self, write: u32, key: u32) -> usize {
        match write {
            INITIAL => self.web.nodes.len() + key as usize,
            write => write as usize,
        }
    }

    fn run(mut self, budget: u64) -> Found {
        // How much was done before a choice, and what was chosen last, as the number of its
        // operation and one.
        let mut choices: Vec<(usize, u32)> = Vec::new();
        (0..self.next.len()).for_each(|chain| self.read(chain));
        choices.push((self.trail.len(), 0));
        let mut steps = 0;
        while let Some((length, tried)) = choices.pop() {
            self.undo(length);
            if length == self.web.nodes.len() {
                return Found::Order;
            }
            if steps == budget {
                return Found::OutOfSteps;
            }
            steps += 1;
            let Some((op, chain)) = self.choice(tried) else {
                continue;
            };
            choices.push((length, op + 1));
            let value = self.next[chain];
            self.advance(chain);
            self.read(chain);
            self.read_all(value);
            if self.met.insert(self.state) {
                choices.push((self.trail.len(), 0));
            }
        }
        Found::None
    }

    /// The write with the earliest call that is possible and was not tried.
    fn choice(&self, tried: u32) -> Option<(u32, usize)> {
        let mut best: Option<(u32, usize)> = None;
        for (chain, op) in self.writes.iter().enumerate() {
            let is_better = *op >= tried && best.is_none_or(|(known, _)| *op < known);
            if is_better && *op != NONE && self.is_possible(self.next[chain]) {
                best = Some((*op, chain));
            }
        }
        best
    }

    /// Whether a write can come next.
    fn is_possible(&self, at: u32) -> bool {
        let node = self.web.node(at);
        let holds = self.holds[node.key as usize];
        let reads_it = node.from != NONE;
        let is_before_done = !node.is_open || node.before == NONE || self.is_done(node.before);
        node.writes
            && is_before_done
            && (!reads_it || node.from == holds)
            && self.left[self.place(holds, node.key)] == u32::from(reads_it)
            && self
                .order
                .forced_to(at)
                .iter()
                .all(|edge| self.is_done(edge.from))
    }

    fn is_done(&self, at: u32) -> bool {
        self.is_done[at as usize]
    }

    /// Does all reads that waited for a value.
    fn read_all(&mut self, value: u32) {
        for chain in 0..self.wants.len() {
            if self.wants[chain] == value {
                self.read(chain);
            }
        }
    }

    /// Does the reads that can be done next.
    fn read(&mut self, chain: usize) {
        while self.wants[chain] != NONE {
            let key = self.web.node(self.next[chain]).key;
            if self.holds[key as usize] != self.wants[chain] {
                break;
            }
            self.advance(chain);
        }
    }

    /// Notes what stands next.
    fn look(&mut self, chain: usize) {
        let at = self.next[chain];
        let node = (at < self.ends[chain]).then(|| self.web.node(at));
        self.writes[chain] = node.filter(|node| node.writes).map_or(NONE, |node| node.op);
        self.wants[chain] = node
            .filter(|node| !node.writes)
            .map_or(NONE, |node| node.from);
    }

    fn advance(&mut self, chain: usize) {
        let at = self.next[chain];
        let node = *self.web.node(at);
        self.state ^= mark(chain as u32, at) ^ mark(chain as u32, at + 1);
        self.next[chain] += 1;
        self.is_done[at as usize] = true;
        let holds = self.holds[node.key as usize];
        self.trail.push((chain as u32, holds));
        if node.from != NONE {
            let place = self.place(node.from, node.key);
            self.left[place] -= 1;
        }
        if node.writes {
            self.hold(node.key, at);
        }
        self.look(chain);
    }

    fn hold(&mut self, key: u32, value: u32) {
        let chain = self.next.len() as u32 + key;
        let holds = std::mem::replace(&mut self.holds[key as usize], value);
        self.state ^= mark(chain, holds) ^ mark(chain, value);
    }

    fn undo(&mut self, length: usize) {
        while self.trail.len() > length {
            let Some((chain, held)) = self.trail.pop() else {
                return;
            };
            self.next[chain as usize] -= 1;
            let at = self.next[chain as usize];
            let node = *self.web.node(at);
            self.state ^= mark(chain, at) ^ mark(chain, at + 1);
            self.is_done[at as usize] = false;
            if node.from != NONE {
                let place = self.place(node.from, node.key);
                self.left[place] += 1;
            }
            if node.writes {
                self.hold(node.key, held);
            }
            self.look(chain as usize);
        }
    }
}

/// Bits that stand for a part of a state (the finalizer of SplitMix64, twice).
fn mark(part: u32, value: u32) -> u128 {
    let mix = |seed: u64| {
        let mut bits = (u64::from(part) << 32 | u64::from(value)).wrapping_add(seed);
        bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ bits >> 31
    };
    u128::from(mix(0x9e37_79b9_7f4a_7c15)) << 64 | u128::from(mix(0x2545_f491_4f6c_dd1d))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::levels::{Access, SessionOp};
    use crate::timed::Timed;

    /// Goes through all orders, and notes what stands for each state.
    fn walk(search: &mut Search<'_>, met: &mut BTreeMap<(Vec<u32>, Vec<u32>), u128>) {
        let (length, state) = (search.trail.len(), search.state);
        let place = (search.next.clone(), search.holds.clone());
        assert_eq!(*met.entry(place).or_insert(state), state);
        for chain in 0..search.next.len() {
            if search.next[chain] < search.ends[chain] {
                search.advance(chain);
                walk(search, met);
                search.undo(length);
                assert_eq!(search.state, state);
            }
        }
    }

    #[test]
    fn what_stands_for_a_state_does_not_tell_how_it_was_reached() {
        // Three sessions write to one key, and then to another one.
        let op = |n: u32| SessionOp {
            session: n / 2,
            key: n % 2,
            timed: Timed {
                call: 2 * n,
                ret: 2 * n + 1,
                op: Access::Write(n + 1),
            },
        };
        let ops: Vec<_> = (0..6).map(op).collect();
        let Ok(Ok(web)) = Web::new(0, &ops) else {
            panic!("different values");
        };
        let order = Order::new(&web, None, Vec::new());
        let mut met = BTreeMap::new();
        walk(&mut Search::new(&web, &order), &mut met);
        let states: BTreeSet<u128> = met.values().copied().collect();
        assert_eq!(
            states.len(),
            met.len(),
            "no two states share what stands for them"
        );
        assert_eq!(met.len(), 76);
    }
}
