//! What replicas say to each other and to clients.

use serde::{Deserialize, Serialize};

use super::Version;

/// A value and its version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// What a client wrote.
    pub value: String,
    /// Which of the values of this key it is.
    pub version: Version,
}

/// What a replica asks of another one, about a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// What do you have?
    Read,
    /// Keep this, unless you have something newer.
    Store(Entry),
}

/// What a replica answers to another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// What it has.
    Has(Option<Entry>),
    /// What it was told to keep, or something newer, is in its storage.
    Stored,
}

/// What a client is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// The PUT is done, under this version.
    Stored(Version),
    /// The GET found this.
    Found(Entry),
    /// The GET found that nobody wrote the key.
    Absent,
    /// Too few replicas answered. A PUT may still come to light later.
    NoQuorum {
        /// How many replicas answered, the coordinator included.
        answers: usize,
        /// How many had to.
        needed: usize,
    },
}

/// One line of storage.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Record {
    pub(super) key: String,
    pub(super) value: String,
    pub(super) version: Version,
}
