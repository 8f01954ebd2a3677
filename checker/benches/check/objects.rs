//! The objects of drawn histories, and what they answer.

use std::collections::VecDeque;

use rand::{Rng, RngExt};

use crate::operations::{End, Op, Said};

/// What the operations are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Registers to which every value is written once: so many of them.
    Registers(u32),
    /// One register with compare-and-set, and so many values.
    Cas(i64),
    /// A number to which one to five is added.
    Counter,
    /// First in, first out.
    Queue,
    /// Last in, first out.
    Stack,
    /// Elements are added once, looked for and removed.
    Set,
}

impl Kind {
    /// A function and a key.
    pub(crate) fn draw(self, random: &mut impl Rng) -> (&'static str, u32) {
        let half = |random: &mut _, one, other| {
            let is_one = RngExt::random_bool(random, 0.5);
            if is_one { one } else { other }
        };
        match self {
            Self::Registers(keys) => (half(random, "read", "write"), random.random_range(0..keys)),
            Self::Cas(_) => (["read", "write", "cas"][random.random_range(0..3)], 0),
            Self::Counter => (half(random, "read", "add"), 0),
            Self::Queue => (half(random, "enqueue", "dequeue"), 0),
            Self::Stack => (half(random, "push", "pop"), 0),
            Self::Set => (["add", "remove", "contains"][random.random_range(0..3)], 0),
        }
    }

    /// Whether it may stay open: a change whose answer nobody needs.
    pub(crate) fn changes(function: &str) -> bool {
        matches!(function, "write" | "cas" | "add" | "enqueue" | "push")
    }
}

/// What there is.
pub(crate) struct Objects {
    kind: Kind,
    /// Values that were written or put in: none comes twice.
    fresh: i64,
    /// What registers hold, by key.
    held: Vec<Said>,
    sum: i64,
    inside: VecDeque<i64>,
    removed: Vec<bool>,
}

impl Objects {
    pub(crate) fn new(kind: Kind) -> Self {
        let keys = match kind {
            Kind::Registers(keys) => keys as usize,
            _ => 1,
        };
        Self {
            kind,
            fresh: 0,
            held: vec![Said::Nothing; keys],
            sum: 0,
            inside: VecDeque::new(),
            removed: Vec::new(),
        }
    }

    /// Draws what the operation asks, and lets it take effect.
    pub(crate) fn answer(&mut self, op: &mut Op, random: &mut impl Rng) {
        let happens = op.end != End::Vanished;
        match (self.kind, op.function) {
            (Kind::Registers(_) | Kind::Cas(_), _) => self.register(op, random),
            (Kind::Counter, "read") => op.found = Said::Number(self.sum),
            (Kind::Counter, _) => {
                let n = random.random_range(1..=5);
                op.asked = Said::Number(n);
                self.sum += if happens { n } else { 0 };
            }
            (Kind::Set, function) => self.element(op, function, random),
            (_, "enqueue" | "push") => {
                self.fresh += 1;
                op.asked = Said::Number(self.fresh);
                self.inside.extend(happens.then_some(self.fresh));
            }
            (kind, _) => {
                let taken = if kind == Kind::Queue {
                    self.inside.pop_front()
                } else {
                    self.inside.pop_back()
                };
                op.found = taken.map_or(Said::Nothing, Said::Number);
            }
        }
        if matches!(op.function, "write" | "enqueue" | "push") || self.kind == Kind::Counter {
            op.found = if op.function == "read" {
                op.found
            } else {
                op.asked
            };
        }
    }

    fn register(&mut self, op: &mut Op, random: &mut impl Rng) {
        let happens = op.end != End::Vanished;
        let held = &mut self.held[op.key as usize];
        let mut value = || match self.kind {
            Kind::Cas(values) => random.random_range(0..values),
            _ => {
                self.fresh += 1;
                self.fresh
            }
        };
        match op.function {
            "read" => op.found = *held,
            "write" => {
                op.asked = Said::Number(value());
                *held = if happens { op.asked } else { *held };
            }
            _ => {
                let (from, to) = (value(), value());
                op.asked = Said::Pair(from, to);
                op.found = op.asked;
                if *held == Said::Number(from) {
                    *held = if happens { Said::Number(to) } else { *held };
                } else if op.end == End::Ok {
                    op.end = End::Fail;
                }
            }
        }
    }

    /// One of the last thousand elements, or a new one.
    fn element(&mut self, op: &mut Op, function: &str, random: &mut impl Rng) {
        let count = self.removed.len();
        if function == "add" || count == 0 {
            op.function = "add";
            op.asked = Said::Number(count as i64);
            op.found = Said::Truth(true);
            self.removed.push(op.end == End::Vanished);
            return;
        }
        let at = random.random_range(count.saturating_sub(1000)..count);
        op.asked = Said::Number(at as i64);
        op.found = Said::Truth(!self.removed[at]);
        self.removed[at] |= function == "remove";
    }
}
