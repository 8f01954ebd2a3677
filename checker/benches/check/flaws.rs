//! One wrong answer, in the middle of a history.

use crate::operations::{End, Op, Said};

/// The one thing that is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// Nothing.
    None,
    /// A read finds a value that had certainly been overwritten.
    Stale,
    /// A read finds a value that nobody wrote.
    Never,
    /// A read finds a value that was written once, long before.
    Long,
    /// A read of a counter misses one of what had been added.
    Low,
}

/// Makes one answer wrong; whether there was a place for it.
pub(crate) fn plant(flaw: Flaw, ops: &mut [Op]) -> bool {
    if flaw == Flaw::None {
        return true;
    }
    if flaw == Flaw::Long && write_long_ago(ops).is_none() {
        return false;
    }
    let mut reads = (ops.len() / 2..ops.len()).filter(|at| ops[*at].function == "read");
    let found = reads.find_map(|at| Some((at, wrong(flaw, ops, at)?)));
    if let Some((at, wrong)) = found {
        ops[at].found = wrong;
    }
    found.is_some()
}

/// A wrong answer for this read.
fn wrong(flaw: Flaw, ops: &[Op], at: usize) -> Option<Said> {
    let read = &ops[at];
    let before = || ops[..at].iter().rev();
    match flaw {
        Flaw::None => None,
        Flaw::Never => Some(Said::Number(999_999)),
        Flaw::Low => {
            let sum: i64 = ops
                .iter()
                .filter(|op| op.function == "add" && op.precedes(read))
                .map(|op| if let Said::Number(n) = op.asked { n } else { 0 })
                .sum();
            Some(Said::Number(sum - 1))
        }
        Flaw::Stale => {
            let is_write = |op: &&Op| op.function == "write" && op.key == read.key;
            let later = before().filter(is_write).find(|op| op.precedes(read))?;
            let earlier = before().filter(is_write).find(|op| op.precedes(later))?;
            Some(earlier.asked)
        }
        Flaw::Long => Some(Said::Number(LONG_AGO)),
    }
}

/// A value that is written once.
const LONG_AGO: i64 = 999_999;

/// Gives that value to the first write that another one replaced before anybody saw it.
fn write_long_ago(ops: &mut [Op]) -> Option<()> {
    let is_write = |op: &Op| op.function == "write" && op.end != End::Vanished;
    let at = ops.windows(2).position(|pair| pair.iter().all(is_write))?;
    ops[at].asked = Said::Number(LONG_AGO);
    ops[at].found = ops[at].asked;
    Some(())
}
