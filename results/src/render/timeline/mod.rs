//! Operations in time: a line for each process, from left to right, in the order of the history.
//! Distances say nothing but before and after, so that every label has room.

mod picture;
mod svg;
#[cfg(test)]
mod tests;

pub(super) use picture::picture;
pub(super) use svg::svg;

use crate::document::CheckedOp;

/// At most so many operations are drawn: those that are told, and the last ones of the others.
const DRAWN: usize = 24;

/// Where things stand, in units of whoever draws.
struct Layout<'a> {
    /// From the first to begin to the last.
    bars: Vec<Bar<'a>>,
    /// The processes from top to bottom.
    processes: Vec<&'a str>,
    /// How wide all of it is.
    width: usize,
    /// How many operations are not drawn.
    left_out: usize,
}

/// An operation on the line of its process.
struct Bar<'a> {
    op: &'a CheckedOp,
    row: usize,
    from: usize,
    /// Where it ends, or the right side if nobody knows.
    to: usize,
}

/// Units of whoever draws.
struct Units {
    /// Between two events.
    gap: usize,
    /// Besides the label, in a bar.
    around_label: usize,
    /// For a letter of a label.
    letter: usize,
}

impl<'a> Layout<'a> {
    fn of(ops: &'a [CheckedOp], units: &Units, label: impl Fn(&CheckedOp) -> String) -> Self {
        let drawn = drawn(ops);
        let mut events: Vec<u32> = drawn
            .iter()
            .flat_map(|op| std::iter::once(op.line).chain(op.end_line))
            .collect();
        events.sort_unstable();
        events.dedup();
        let rank = |line: u32| events.binary_search(&line).unwrap_or_default();
        let needs = |op: &CheckedOp| label(op).chars().count() * units.letter + units.around_label;
        let mut at = vec![0; events.len() + 1];
        for event in 1..=events.len() {
            at[event] = at[event - 1] + units.gap;
            for op in &drawn {
                let end = op.end_line.map_or(events.len(), rank);
                if end == event {
                    at[event] = at[event].max(at[rank(op.line)] + needs(op));
                }
            }
        }
        let mut processes: Vec<&str> = Vec::new();
        let bars = drawn.iter().map(|op| Bar {
            op,
            row: row_of(&mut processes, &op.process),
            from: at[rank(op.line)],
            to: at[op.end_line.map_or(events.len(), rank)],
        });
        let bars: Vec<Bar<'a>> = bars.collect();
        let width = bars.iter().map(|bar| bar.to).max().unwrap_or_default();
        let left_out = ops.len() - drawn.len();
        Self {
            bars,
            processes,
            width,
            left_out,
        }
    }
}

fn drawn(ops: &[CheckedOp]) -> Vec<&CheckedOp> {
    let told = ops.iter().filter(|op| op.is_told).count();
    let mut room = DRAWN.saturating_sub(told);
    let mut drawn: Vec<&CheckedOp> = ops
        .iter()
        .rev()
        .filter(|op| {
            let is_drawn = op.is_told || room > 0;
            room -= usize::from(!op.is_told && room > 0);
            is_drawn
        })
        .take(DRAWN)
        .collect();
    drawn.reverse();
    drawn
}

fn row_of<'a>(processes: &mut Vec<&'a str>, process: &'a str) -> usize {
    let known = processes.iter().position(|known| *known == process);
    known.unwrap_or_else(|| {
        processes.push(process);
        processes.len() - 1
    })
}
