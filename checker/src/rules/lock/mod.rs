//! Locks: mutexes and semaphores, with fencing tokens.
//!
//! Whoever acquired a permit holds it at least from the return of that to the call of the release.
//! At no moment do more hold one than there are permits, and that is enough: every acquisition can
//! take effect just before its return, every release just after its call. Where acquisitions were
//! answered with tokens, they took effect in the order of these: just before the first return of
//! those with the same token or a greater one.
//!
//! Zones are those of Gibbons and Korach, *Testing shared memories* (SIAM Journal on Computing,
//! 1997); permits and tokens are ours. Exact, with indeterminate operations too; takes `O(n log n)`
//! time and `O(n)` memory for n operations.

mod holds;
#[cfg(test)]
mod tests;

use std::hash::Hash;

use super::line::Line;
use super::{Kind, Ruling, Witness};
use crate::model::{Lock, LockOp};
use crate::timed::{NEVER, Timed};
use holds::{Hold, holds};

/// Judges operations that are sorted by their calls. `None` when a process did two things at once,
/// or anything after something whose end is not known: the search is left for these.
#[must_use]
pub fn judge<P: Copy + Eq + Hash>(
    lock: &Lock<P>,
    ops: &[Timed<LockOp<P>>],
    with_order: bool,
) -> Option<Ruling<LockOp<P>>> {
    let decided = holds(ops)?.and_then(|mut holds| {
        at_once(&holds, lock.permits)?;
        if in_order_of_tokens(&mut holds)? {
            at_once(&holds, lock.permits)?;
        }
        Ok(holds)
    });
    Some(match decided {
        Err(wrong) => Ruling::Impossible(wrong.witness(ops)),
        Ok(holds) if with_order => Ruling::Linearizable(linearization(&holds)),
        Ok(_) => Ruling::Linearizable(Vec::new()),
    })
}

/// Why there is no linearization.
struct Wrong {
    kind: Kind,
    /// Who held it.
    holds: Vec<Hold>,
    /// Who let go what they did not hold.
    release: Option<u32>,
}

impl Wrong {
    fn witness<P: Copy>(&self, ops: &[Timed<LockOp<P>>]) -> Witness<LockOp<P>> {
        let held = self.holds.iter();
        let mut concerned: Vec<u32> = held.flat_map(Hold::ops).chain(self.release).collect();
        concerned.sort_unstable();
        concerned.dedup();
        Witness {
            kind: self.kind,
            proof: concerned.iter().map(|op| ops[*op as usize]).collect(),
            ops: concerned,
        }
    }
}

/// Acquisitions with tokens take effect in their order; whether there are any.
fn in_order_of_tokens(holds: &mut [Hold]) -> Result<bool, Wrong> {
    let has_token = |at: &usize| holds[*at].token.is_some();
    let mut by_token: Vec<usize> = (0..holds.len()).filter(has_token).collect();
    by_token.sort_unstable_by_key(|at| holds[*at].token);
    let backwards = |one: &Hold, other: &Hold| Wrong {
        kind: Kind::TokenBackwards,
        holds: vec![*one, *other],
        release: None,
    };
    for pair in by_token.windows(2) {
        let [one, other] = [pair[0], pair[1]].map(|at| &holds[at]);
        if one.token == other.token {
            return Err(backwards(one, other));
        }
    }
    // Who returned first, of those with this token or a greater one.
    let mut first: Option<Hold> = None;
    for (place, at) in by_token.iter().enumerate().rev() {
        let hold = &mut holds[*at];
        hold.place = place + 1;
        if first.is_none_or(|first| hold.from < first.from) {
            first = Some(*hold);
        }
        let Some(first) = first else { continue };
        if first.from < hold.call {
            return Err(backwards(hold, &first));
        }
        (hold.from, hold.before) = (first.from, Some((first.acquire, first.release)));
    }
    Ok(!by_token.is_empty())
}

/// No more hold a permit at any moment than there are.
fn at_once(holds: &[Hold], permits: u32) -> Result<(), Wrong> {
    let mut changes: Vec<(u32, bool)> = Vec::with_capacity(2 * holds.len());
    for hold in holds {
        changes.push((hold.from, true));
        changes.push((hold.until, false));
    }
    changes.sort_unstable();
    let mut held = 0;
    for (position, is_acquired) in changes {
        if !is_acquired {
            held -= 1;
            continue;
        }
        held += 1;
        if held > permits {
            let now = |hold: &&Hold| (hold.from..hold.until).contains(&position);
            let together = holds.iter().filter(now).take(held as usize).copied();
            let holds: Vec<Hold> = together.collect();
            let has_moved = |hold: &Hold| hold.before.is_some_and(|(by, _)| by != hold.acquire);
            let kind = if holds.iter().any(has_moved) {
                Kind::TokenBackwards
            } else {
                Kind::TooManyHolders
            };
            let release = None;
            return Err(Wrong {
                kind,
                holds,
                release,
            });
        }
    }
    Ok(())
}

/// Acquired as late, and released as early, as possible.
fn linearization(holds: &[Hold]) -> Vec<u32> {
    let mut line = Line::default();
    for hold in holds {
        line.place(hold.from - 1, hold.place + 1, hold.acquire);
        if let Some(release) = hold.release {
            line.place(hold.until, 0, release);
        }
    }
    line.order()
}
