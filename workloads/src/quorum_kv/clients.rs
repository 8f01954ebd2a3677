//! What clients do: they write values that nobody else writes, and read.

use super::settings::Settings;
use crate::random::{Seed, Stream};

/// An operation on a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Op {
    /// The key.
    pub key: String,
    /// What is written; nothing if it is a read.
    pub value: Option<String>,
}

impl Op {
    /// How the operation is called in histories.
    #[must_use]
    pub fn f(&self) -> &'static str {
        match self.value {
            Some(_) => "write",
            None => "read",
        }
    }
}

/// What a client does next.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    /// How long after the operation before it was due this one is, in seconds.
    pub pause_s: f64,
    /// Whom it asks: a place in [`super::ClientSetup::to`].
    pub to: usize,
    /// What it asks.
    pub op: Op,
}

/// A client, which decides without knowing what others do.
#[derive(Debug)]
pub struct Client {
    name: String,
    replicas: usize,
    reads: f64,
    keys: u64,
    pause_s: f64,
    stream: Stream,
    turns: usize,
    writes: u64,
}

impl Client {
    /// The client of this number in the settings.
    #[must_use]
    pub fn new(settings: &Settings, number: usize, seed: Seed) -> Self {
        let setup = &settings.clients[number];
        Self {
            name: setup.name.clone(),
            replicas: setup.to.len().max(1),
            reads: setup.reads,
            keys: settings.keys.max(1),
            pause_s: settings.pause_s(),
            stream: seed.stream(&format!("client/{}", setup.name)),
            turns: 0,
            writes: 0,
        }
    }

    /// The next operation; there always is one.
    pub fn turn(&mut self) -> Turn {
        let pause_s = self.stream.exponential(self.pause_s);
        let key = format!("k{}", self.stream.below(self.keys));
        let is_read = self.stream.probability(self.reads);
        let value = (!is_read).then(|| {
            self.writes += 1;
            format!("{}-{}", self.name, self.writes)
        });
        let to = self.turns % self.replicas;
        self.turns += 1;
        Turn {
            pause_s,
            to,
            op: Op { key, value },
        }
    }
}
