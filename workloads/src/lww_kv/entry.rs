//! Entries: a value with the timestamp of its write, as nodes tell them.

use std::cmp::Ordering;
use std::fmt;

use protocol::{Body, number};
use serde_json::{Number, Value};

/// A timestamp, compared by value: seconds, milliseconds and logical clocks are all right.
#[derive(Debug, Clone)]
pub(super) struct Timestamp(pub(super) Number);

impl Timestamp {
    /// Reads a timestamp; only numbers are.
    pub(super) fn of(value: Option<&Value>) -> Option<Self> {
        value?.as_number().cloned().map(Self)
    }
}

impl Ord for Timestamp {
    fn cmp(&self, other: &Self) -> Ordering {
        // The same entry is met again and again, mostly written alike.
        if self.0 == other.0 {
            return Ordering::Equal;
        }
        number::compare(&self.0, &other.0)
    }
}

impl PartialOrd for Timestamp {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Timestamp {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Timestamp {}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A value with its timestamp, and whatever else a node keeps beside them.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// The fields as they are told: `value`, `ts`, perhaps more.
    pub(super) fields: Body,
    /// The field `ts`.
    pub(super) ts: Timestamp,
}

impl Entry {
    /// An entry made by a client.
    pub(super) fn new(value: &str, ts: u64) -> Self {
        let mut fields = Body::new();
        fields.insert("value".to_owned(), value.into());
        fields.insert("ts".to_owned(), ts.into());
        Self {
            fields,
            ts: Timestamp(ts.into()),
        }
    }

    /// Reads an entry; `None` without a numeric `ts`.
    pub(super) fn of(fields: &Body) -> Option<Self> {
        Some(Self {
            ts: Timestamp::of(fields.get("ts"))?,
            fields: fields.clone(),
        })
    }

    /// The field `value`.
    pub(super) fn value(&self) -> &Value {
        self.fields.get("value").unwrap_or(&Value::Null)
    }

    /// Whether another entry has the same value and timestamp.
    pub(super) fn same(&self, other: &Self) -> bool {
        self.ts == other.ts && number::same(self.value(), other.value())
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (ts {})", self.value(), self.ts)
    }
}
