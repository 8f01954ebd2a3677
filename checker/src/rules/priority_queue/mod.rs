//! Priority queues whose values are all different: what comes out is the greatest.
//!
//! A value is certainly there from the return of its put to the call of its take. It can come out
//! only at a moment at which no greater one is certainly there, and that is enough: whatever is
//! there perhaps can come later or go earlier, and lesser values are in nobody's way. So values are
//! judged from the greatest to the least, and each then covers the time in which it is there.
//!
//! Source: Lee and Mathur, *Efficient decrease-and-conquer linearizability monitoring* (OOPSLA
//! 2025), who take the least value out first. Finding nothing and indeterminate operations are
//! ours. Takes `O(n log n)` time and `O(n)` memory for n operations.

#[cfg(test)]
mod tests;

use std::hash::Hash;

use super::containers::{self, Question};
use super::line::Line;
use super::pairs::{Value, Wrong};
use super::segments::Segments;
use super::{Kind, Ruling, empties};
use crate::model::ContainerOp;
use crate::timed::{NEVER, Timed};

/// Judges operations that are sorted by their calls. `None` when a value was put in twice, when
/// somebody looked at the greatest value, or when it matters who took out what nobody saw: the
/// search is left for these.
#[must_use]
pub fn judge<V: Copy + Ord + Hash>(
    ops: &[Timed<ContainerOp<V>>],
    with_order: bool,
) -> Option<Ruling<ContainerOp<V>>> {
    containers::judge(ops, with_order, decide)
}

fn decide<V: Copy + Ord>(question: &Question<'_, V>) -> Result<Vec<u32>, Wrong> {
    let found = empties::found(question.values, question.nothing, question.ops)?;
    let values = greatest_first(question);
    let taken = taken(&values)?;
    if !question.with_order {
        return Ok(Vec::new());
    }
    let mut line = Line::default();
    let count = values.len();
    for (place, (value, position)) in values.iter().zip(taken).enumerate() {
        let put_at = value.put_ret.saturating_sub(1).min(position);
        // Takes, from the greatest value to the least, then those who found nothing, then puts.
        let put_place = match value.take {
            Some(take) => {
                line.place(position, 2 * place + 1, take);
                if put_at == position {
                    2 * place
                } else {
                    2 * count + 1
                }
            }
            None => 2 * count + 1,
        };
        line.place(put_at, put_place, value.put);
    }
    for (find, position) in question.nothing.iter().zip(found) {
        line.place(position, 2 * count, *find);
    }
    Ok(line.order())
}

fn greatest_first<V: Copy + Ord>(question: &Question<'_, V>) -> Vec<Value> {
    let of = |value: &Value| match question.ops[value.put as usize].op {
        ContainerOp::Put(value) => Some(value),
        _ => None,
    };
    let mut values: Vec<(Option<V>, Value)> = question
        .values
        .iter()
        .map(|value| (of(value), *value))
        .collect();
    values.sort_unstable_by_key(|(value, _)| std::cmp::Reverse(*value));
    values.into_iter().map(|(_, value)| value).collect()
}

/// Just after which position each value can have come out, as early as possible; `NEVER` for those
/// that did not.
fn taken(values: &[Value]) -> Result<Vec<u32>, Wrong> {
    let stays = values.iter().filter(|value| value.stays());
    let ends = stays.flat_map(|value| [value.put_ret, value.take_call]);
    let segments = Segments::between(ends.collect());
    let mut free = Free::new(segments.count());
    let mut taken = Vec::with_capacity(values.len());
    for (place, value) in values.iter().enumerate() {
        let mut position = NEVER;
        if value.take.is_some() {
            let earliest = value.put_call.max(value.take_call);
            let segment = free.from(segments.at(earliest));
            position = segments.first(segment).max(earliest);
            if position >= value.take_ret {
                return Err(passed(&values[..place], value));
            }
        }
        taken.push(position);
        if value.stays() {
            free.cover(segments.at(value.put_ret), segments.at(value.take_call));
        }
    }
    Ok(taken)
}

/// A value that came out although greater ones were certainly there.
fn passed(greater: &[Value], value: &Value) -> Wrong {
    let earliest = value.put_call.max(value.take_call);
    let chain = empties::stays(greater).free(earliest, value.take_ret);
    let mut concerned: Vec<u32> = value.take.into_iter().collect();
    for at in chain.err().unwrap_or_default() {
        concerned.extend(greater[at as usize].ops());
    }
    concerned.push(value.put);
    (Kind::NotGreatest, concerned)
}

/// Segments of time in which nothing is certainly there.
struct Free {
    /// For every segment that is not free: one after it, up to which none is.
    next: Vec<u32>,
}

impl Free {
    fn new(count: usize) -> Self {
        let next = (0..=count as u32).collect();
        Self { next }
    }

    /// The first free segment from this one on.
    fn from(&mut self, segment: usize) -> usize {
        let mut found = segment;
        while self.next[found] as usize != found {
            found = self.next[found] as usize;
        }
        let mut at = segment;
        while at != found {
            at = std::mem::replace(&mut self.next[at], found as u32) as usize;
        }
        found
    }

    /// The segments from one to another one, without it, are no longer free.
    fn cover(&mut self, from: usize, until: usize) {
        let mut at = self.from(from);
        while at < until {
            self.next[at] = at as u32 + 1;
            at = self.from(at + 1);
        }
    }
}
