//! The elements of a set: numbered densely in the order in which they turn up.

use std::fmt;

use rustc_hash::FxHashMap;
use serde_json::Value;

use crate::{Invocation, Operation, canonical, integer};

/// A JSON value that is an element; numbers count by value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Key {
    Int(i64),
    Text(Box<str>),
}

impl Key {
    pub(super) fn of(value: &Value) -> Self {
        let int = integer(value).and_then(|n| i64::try_from(n).ok());
        int.map_or_else(|| Self::Text(canonical(value).into()), Self::Int)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(n) => n.fmt(f),
            Self::Text(text) => f.write_str(text),
        }
    }
}

/// An event: its position in the history and its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment {
    pub(super) index: u64,
    pub(super) time_ns: u64,
}

/// An element that was added or seen.
#[derive(Debug)]
pub(super) struct Element {
    pub(super) key: Key,
    /// The operation that added it first, and where.
    pub(super) add: Option<u64>,
    pub(super) node: String,
    pub(super) messages: Vec<u64>,
    /// Whether an add of it was acknowledged.
    pub(super) acknowledged: bool,
    /// How many adds of it were begun and not refused.
    pub(super) attempts: u32,
    /// When it was first certain that it is there: acknowledged, or in a read.
    pub(super) known: Option<Moment>,
    /// The reads invoked last that contain it and that lack it.
    pub(super) present: Option<Moment>,
    pub(super) absent: Option<Moment>,
    /// The number of the read that contained it last.
    pub(super) stamp: u64,
}

/// All elements, and their numbers.
#[derive(Debug, Default)]
pub(super) struct Elements {
    numbers: FxHashMap<Key, usize>,
    pub(super) all: Vec<Element>,
    pub(super) phantoms: usize,
}

impl Elements {
    /// The number of an element that is known.
    pub(super) fn find(&self, key: &Key) -> Option<usize> {
        self.numbers.get(key).copied()
    }

    /// Notes an element that nobody has added.
    pub(super) fn add_phantom(&mut self, key: Key) -> usize {
        self.phantoms += 1;
        self.push(key)
    }

    /// Notes that an add begins.
    pub(super) fn add_begins(&mut self, op: &Invocation) {
        let key = Key::of(&op.value);
        let number = self.find(&key).unwrap_or_else(|| self.push(key));
        let element = &mut self.all[number];
        element.attempts += 1;
        if element.add.is_none() {
            element.add = Some(op.index);
            element.node.clone_from(&op.node);
        }
    }

    /// Notes how an add ended.
    pub(super) fn add_ends(&mut self, op: &Operation) {
        let Some(number) = self.find(&Key::of(&op.invocation.value)) else {
            return;
        };
        let element = &mut self.all[number];
        if element.add == Some(op.invocation.index) {
            element.messages = op.messages();
        }
        if op.is_ok() {
            element.acknowledged = true;
            element.known.get_or_insert(end_of(op));
        } else if op.is_fail() {
            element.attempts -= 1;
        }
    }

    fn push(&mut self, key: Key) -> usize {
        let number = self.all.len();
        self.numbers.insert(key.clone(), number);
        self.all.push(Element {
            key,
            add: None,
            node: String::new(),
            messages: Vec::new(),
            acknowledged: false,
            attempts: 0,
            known: None,
            present: None,
            absent: None,
            stamp: 0,
        });
        number
    }
}

pub(super) fn end_of(op: &Operation) -> Moment {
    Moment {
        index: op.completion.index,
        time_ns: op.completion.time_ns,
    }
}

pub(super) fn begin_of(op: &Operation) -> Moment {
    Moment {
        index: op.invocation.index,
        time_ns: op.invocation.time_ns,
    }
}
