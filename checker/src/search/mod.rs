//! Exact search for a linearization of operations on any model.
//!
//! ```text
//! Timed ops ──► Problem ──► Board, Space, Moves ──► Breadth ─┬─ whichever ends first
//!                                              └──► Depth ───┘
//! ```
//!
//! - `problem`: events in order, and what is known of operations beforehand.
//! - `board`: which operations are open at a position.
//! - `config`: where a search can stand; which of two positions is the better one.
//! - `moves`: the steps that are tried, and why not others.
//! - `breadth`, `depth`: two orders of trying.
//! - `order`: from the steps of a search to a linearization; `verify` accepts it or not.
//! - `space`, `trail`, `bits`: states by number, the way here, sets of slots.
//!
//! Linearizability is NP-complete (Gibbons and Korach, *Testing shared memories*, 1997): the search
//! takes time exponential in the number of operations that are open at once, in the worst case, and
//! memory that the budget bounds.

mod bits;
mod board;
mod breadth;
mod config;
mod depth;
mod moves;
mod order;
mod problem;
mod space;
#[cfg(test)]
mod tests;
mod trail;

pub use order::{Flaw, verify};

use crate::model::Model;
use crate::timed::Timed;
use bits::{Bits, Wide};
use breadth::Breadth;
use depth::Depth;
use problem::{OpId, Problem};

/// How much a search may use.
pub struct Budget<'a> {
    /// So much memory, roughly.
    pub memory_bytes: usize,
    /// Asked every so often whether to stop; a library has no clock.
    pub is_over: &'a (dyn Fn() -> bool + Sync),
}

impl Budget<'_> {
    /// A gigabyte, and all the time there is.
    pub const AMPLE: Budget<'static> = Budget {
        memory_bytes: 1 << 30,
        is_over: &|| false,
    };
}

/// What a search found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found<S> {
    /// There is a linearization: the operations by number, in an order in which they may have taken
    /// effect. Empty unless it was asked for.
    Linearizable(Vec<u32>),
    /// There is none.
    Impossible {
        /// The first operation that could not return, whatever came before.
        stuck: u32,
        /// The states in which the object may have been just before its return, when that is known.
        states: Vec<S>,
    },
    /// The budget was used up.
    Undecided(Stopped),
}

/// How far a search got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopped {
    /// Operations that returned before this position can be linearized.
    pub position: u32,
    /// How far all possibilities are known, and not just one: so many events.
    pub explored: usize,
    /// Of so many.
    pub events: usize,
    /// Why it got no further, if most of it was spent in one place.
    pub standstill: Option<Standstill>,
    /// What was lacking.
    pub lacking: Lacking,
}

/// A place in a history that took more than all before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standstill {
    /// So many operations are open there that may change the state: any of these sets of them may
    /// have taken effect.
    pub open: usize,
    /// So many possibilities were met there.
    pub met: usize,
}

/// What a search had too little of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lacking {
    /// Time: [`Budget::is_over`] said so.
    Time,
    /// Memory: [`Budget::memory_bytes`].
    Memory,
    /// Room: more operations are open at once than there are places for, 2048.
    Room,
}

/// Searches for a linearization of these operations, in any order of theirs; `with_order` to have
/// it and not only know that there is one.
///
/// The two searches take turns, so that a run always does the same.
pub fn search<M: Model>(
    model: &M,
    ops: &[Timed<M::Op>],
    budget: &Budget<'_>,
    with_order: bool,
) -> Found<M::State> {
    let problem = Problem::new(model, ops);
    if problem.fits::<u64>() {
        both::<M, u64>(&problem, budget, with_order)
    } else if problem.fits::<u128>() {
        both::<M, u128>(&problem, budget, with_order)
    } else if problem.fits::<Wide>() {
        both::<M, Wide>(&problem, budget, with_order)
    } else {
        Found::Undecided(Stopped {
            position: 0,
            explored: 0,
            events: problem.events.len(),
            standstill: None,
            lacking: Lacking::Room,
        })
    }
}

/// A search that can be interrupted.
trait Search {
    /// Takes so many steps, or fewer if it ends.
    fn advance(&mut self, steps: u64) -> Option<Ended>;

    /// Roughly what it occupies.
    fn bytes(&self) -> usize;

    /// How many events it got past.
    fn position(&self) -> usize;
}

/// How a search ended.
enum Ended {
    /// There is a linearization: this one, if the trail was on.
    Possible(Vec<OpId>),
    /// There is none; this operation could not return.
    Stuck(OpId),
}

/// So many steps between looks at the budget: well below a millisecond.
const SLICE: u64 = 256;

fn both<M: Model, B: Bits>(
    problem: &Problem<'_, M>,
    budget: &Budget<'_>,
    with_order: bool,
) -> Found<M::State> {
    let mut breadth = Breadth::<M, B>::new(problem, with_order);
    let mut depth = Depth::<M, B>::new(problem, with_order);
    // Depth first may be the first to know that there is none, but only the other knows why.
    let mut impossible = None;
    loop {
        if impossible.is_none() {
            match depth.advance(SLICE) {
                Some(Ended::Possible(order)) => return Found::Linearizable(order),
                Some(Ended::Stuck(stuck)) => impossible = Some(stuck),
                None => {}
            }
        }
        match breadth.advance(SLICE) {
            Some(Ended::Possible(order)) => return Found::Linearizable(order),
            Some(Ended::Stuck(stuck)) => {
                let states = breadth.states();
                return Found::Impossible { stuck, states };
            }
            None => {}
        }
        let lacking = if (budget.is_over)() {
            Lacking::Time
        } else if breadth.bytes() + depth.bytes() > budget.memory_bytes {
            Lacking::Memory
        } else {
            continue;
        };
        if let Some(stuck) = impossible {
            let states = Vec::new();
            return Found::Impossible { stuck, states };
        }
        let events = breadth.position().max(depth.position());
        return Found::Undecided(Stopped {
            position: problem.time_of(events),
            explored: breadth.position(),
            events: problem.events.len(),
            standstill: breadth.standstill(),
            lacking,
        });
    }
}
