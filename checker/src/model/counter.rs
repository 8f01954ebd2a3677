//! A counter that is added to and read.

use super::{Model, Role};

/// A number that is 0 at first.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counter;

/// An operation on a counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CounterOp {
    /// Adds a number, which may be negative.
    Add(i64),
    /// Reads the sum.
    Read(i64),
}

impl Model for Counter {
    type Op = CounterOp;
    type State = i64;
    type Next = Option<i64>;

    fn initial(&self) -> i64 {
        0
    }

    fn step(&self, sum: &i64, op: &CounterOp) -> Option<i64> {
        match *op {
            CounterOp::Add(number) => Some(sum.wrapping_add(number)),
            CounterOp::Read(found) => (found == *sum).then_some(found),
        }
    }

    fn role(&self, op: &CounterOp) -> Role {
        match op {
            CounterOp::Add(0) | CounterOp::Read(_) => Role::Observes,
            CounterOp::Add(_) => Role::Changes,
        }
    }
}
