//! Takes values out of a stack's history, as long as there is one that is in nobody's way.

use std::collections::BTreeSet;

use super::coverage::{Coverage, Stabbed};
use crate::rules::pairs::Value;
use crate::rules::segments::Segments;

/// How far values can be taken out.
pub(super) struct Clearing<'a> {
    /// Values that are certainly there for a while; the others are in nobody's way.
    values: Vec<&'a Value>,
    segments: Segments,
    /// Per value how many of its push and pop have found a moment at which the stack can be empty.
    found: Vec<u8>,
    /// Which values were taken out, one after the other.
    taken_out: Vec<TakenOut>,
    /// Segments in which the stack can be empty, kept if an order is wanted.
    empty: Option<BTreeSet<u32>>,
}

/// A value that was in nobody's way, and the positions just after which it is pushed and popped.
pub(super) struct TakenOut {
    pub(super) value: u32,
    pub(super) pushed: u32,
    pub(super) popped: u32,
}

impl<'a> Clearing<'a> {
    pub(super) fn run(values: &'a [Value], with_order: bool) -> Self {
        let values: Vec<&Value> = values.iter().filter(|value| value.stays()).collect();
        let ends = values
            .iter()
            .flat_map(|value| [value.put_ret, value.take_call]);
        let mut clearing = Self {
            segments: Segments::between(ends.collect()),
            found: vec![0; values.len()],
            taken_out: Vec::with_capacity(values.len()),
            empty: with_order.then(BTreeSet::new),
            values,
        };
        clearing.take_out();
        clearing
    }

    fn take_out(&mut self) {
        let stays: Vec<(u32, u32)> = self.values.iter().map(|value| self.stay(value)).collect();
        let mut coverage = Coverage::new(self.segments.count(), &stays);
        let mut open = Stabbed::new(self.values.iter().flat_map(|value| self.moves(value)));
        let mut ready: Vec<u32> = Vec::new();
        loop {
            while let Some(segment) = coverage.take_free() {
                if let Some(empty) = &mut self.empty {
                    empty.insert(segment);
                }
                while let Some(of) = open.take(segment) {
                    let value = of / 2;
                    self.found[value as usize] += 1;
                    if self.found[value as usize] == 2 {
                        ready.push(value);
                    }
                }
            }
            if ready.is_empty() {
                return;
            }
            for value in ready.drain(..) {
                let (from, until) = stays[value as usize];
                coverage.uncover(from, until);
                self.note(value, from, until);
            }
        }
    }

    /// The segments in which a value is certainly there: from one to another one, without it.
    fn stay(&self, value: &Value) -> (u32, u32) {
        let [from, until] = [value.put_ret, value.take_call].map(|end| self.segments.at(end));
        (from as u32, until as u32)
    }

    /// The segments in which a value may be pushed, and those in which it may be popped.
    fn moves(&self, value: &Value) -> [(u32, u32); 2] {
        let (pushed, popped) = self.stay(value);
        let last = value.take.map_or(u32::MAX, |_| value.take_ret - 1);
        let [first, last] = [value.put_call, last].map(|end| self.segments.at(end) as u32);
        [(first, pushed - 1), (popped, last)]
    }

    /// A value is pushed as late, and popped as early, as the stack can be empty.
    fn note(&mut self, value: u32, from: u32, until: u32) {
        let mut noted = TakenOut {
            value,
            pushed: 0,
            popped: 0,
        };
        if let Some(empty) = &self.empty {
            let before = empty.range(..from).next_back();
            let after = empty.range(until..).next();
            noted.pushed = before.map_or(0, |segment| self.segments.last(*segment as usize));
            noted.popped = after.map_or(0, |segment| self.segments.first(*segment as usize));
        }
        self.taken_out.push(noted);
    }

    /// A value by its number.
    pub(super) fn value(&self, number: u32) -> &'a Value {
        self.values[number as usize]
    }

    /// Values in the order in which they were taken out.
    pub(super) fn taken_out(&self) -> &[TakenOut] {
        &self.taken_out
    }

    /// Values that are in each other's way.
    pub(super) fn left(&self) -> Vec<Value> {
        let left = self.values.iter().zip(&self.found);
        let left = left.filter(|(_, found)| **found < 2);
        left.map(|(value, _)| **value).collect()
    }
}
