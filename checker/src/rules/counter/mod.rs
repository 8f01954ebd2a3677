//! Counters: what the adds that must have happened, and those that can have, leave possible.
//!
//! Necessary and not sufficient: the rule finds violations in `O(n log n)` and leaves all else to
//! the search. Where nothing is subtracted, it compares pairs of reads as well: the second one does
//! not find less. (Jepsen's counter checker looks at single reads only.)

#[cfg(test)]
mod tests;

use super::{Kind, Ruling, Witness};
use crate::model::CounterOp;
use crate::timed::Timed;

type Op = Timed<CounterOp>;

/// Judges operations that are sorted by their calls. `None` when nothing is wrong at first sight.
#[must_use]
pub fn judge(ops: &[Op]) -> Option<Ruling<CounterOp>> {
    let moments = moments(ops);
    let single = Reads::of(ops, &moments).find_map(|read| read.out_of_bounds(ops));
    let grows = ops
        .iter()
        .all(|op| !matches!(op.op, CounterOp::Add(n) if n < 0));
    let found = single.or_else(|| if grows { of_pairs(ops, &moments) } else { None });
    found.map(Ruling::Impossible)
}

/// A call or a return, in order of time.
#[derive(Debug, Clone, Copy)]
struct Moment {
    at: u32,
    op: u32,
    is_return: bool,
}

fn moments(ops: &[Op]) -> Vec<Moment> {
    let mut moments = Vec::with_capacity(2 * ops.len());
    for (op, timed) in (0..).zip(ops) {
        let call = Moment {
            at: timed.call,
            op,
            is_return: false,
        };
        moments.push(call);
        if !timed.is_indeterminate() {
            moments.push(Moment {
                at: timed.ret,
                op,
                is_return: true,
            });
        }
    }
    moments.sort_unstable_by_key(|moment| moment.at);
    moments
}

/// A read, and the sums between which it must be.
#[derive(Debug, Clone, Copy)]
struct Read {
    op: u32,
    found: i128,
    /// What was certainly there when it began, of positive and of negative adds.
    certain: [i128; 2],
    /// What was perhaps there when it ended.
    possible: [i128; 2],
}

/// The reads in the order in which they end.
struct Reads<'a> {
    ops: &'a [Op],
    moments: std::slice::Iter<'a, Moment>,
    /// Positive and negative ones.
    returned: [i128; 2],
    called: [i128; 2],
    at_call: rustc_hash::FxHashMap<u32, [i128; 2]>,
}

impl<'a> Reads<'a> {
    fn of(ops: &'a [Op], moments: &'a [Moment]) -> Self {
        Self {
            ops,
            moments: moments.iter(),
            returned: [0; 2],
            called: [0; 2],
            at_call: rustc_hash::FxHashMap::default(),
        }
    }
}

impl Iterator for Reads<'_> {
    type Item = Read;

    fn next(&mut self) -> Option<Read> {
        for moment in self.moments.by_ref() {
            match (self.ops[moment.op as usize].op, moment.is_return) {
                (CounterOp::Add(number), is_return) => {
                    let sums = if is_return {
                        &mut self.returned
                    } else {
                        &mut self.called
                    };
                    sums[usize::from(number < 0)] += i128::from(number);
                }
                (CounterOp::Read(_), false) => {
                    self.at_call.insert(moment.op, self.returned);
                }
                (CounterOp::Read(found), true) => {
                    return Some(Read {
                        op: moment.op,
                        found: found.into(),
                        certain: self.at_call.remove(&moment.op).unwrap_or_default(),
                        possible: self.called,
                    });
                }
            }
        }
        None
    }
}

impl Read {
    fn out_of_bounds(&self, ops: &[Op]) -> Option<Witness<CounterOp>> {
        let least = self.certain[0] + self.possible[1];
        let most = self.possible[0] + self.certain[1];
        let read = &ops[self.op as usize];
        let kind = match self.found {
            found if found < least => Kind::MissedAdd,
            found if found > most => Kind::PhantomAdd,
            _ => return None,
        };
        // Too little: adds that were done, and what can have been subtracted. Too much: the other
        // way round.
        let takes = |add: &Op| match add.op {
            CounterOp::Add(number) if (number > 0) == (kind == Kind::MissedAdd) => {
                add.precedes(read)
            }
            CounterOp::Add(_) => add.call < read.ret,
            CounterOp::Read(_) => false,
        };
        let mut proof: Vec<Op> = ops.iter().filter(|op| takes(op)).copied().collect();
        proof.push(*read);
        proof.sort_unstable_by_key(|timed| timed.call);
        Some(Witness {
            kind,
            ops: vec![self.op],
            proof,
        })
    }
}

/// Two reads, one after the other, where nothing is subtracted.
fn of_pairs(ops: &[Op], moments: &[Moment]) -> Option<Witness<CounterOp>> {
    let mut reads: Vec<Read> = Reads::of(ops, moments).collect();
    let by_ret = reads.clone();
    reads.sort_unstable_by_key(|read| ops[read.op as usize].call);
    let mut ended = by_ret.iter().peekable();
    // Of the reads that have ended, the one that found most.
    let mut most: Option<&Read> = None;
    for read in &reads {
        let call = ops[read.op as usize].call;
        while let Some(former) = ended.next_if(|former| ops[former.op as usize].ret < call) {
            if most.is_none_or(|most| most.found < former.found) {
                most = Some(former);
            }
        }
        if let Some(most) = most.filter(|most| read.found < most.found) {
            return Some(pair(ops, most, read));
        }
    }
    None
}

fn pair(ops: &[Op], first: &Read, second: &Read) -> Witness<CounterOp> {
    let [one, other] = [first, second].map(|read| ops[read.op as usize]);
    // A counter that only grows does not go down, whatever is added.
    let is_before = |op: &&Op| matches!(op.op, CounterOp::Add(_)) && op.call < other.ret;
    let mut proof: Vec<Op> = ops.iter().filter(is_before).copied().collect();
    proof.extend([one, other]);
    proof.sort_unstable_by_key(|timed| timed.call);
    Witness {
        kind: Kind::StaleRead,
        ops: vec![first.op, second.op],
        proof,
    }
}
