//! Puts and siblings as they stand in messages and in the history.

use checker::Operation;
use checker::mv_register::{Clock, Outcome};
use protocol::number;
use serde_json::{Value, json};

/// Codes of an error that says nothing about the clock: the node does not serve the request, or
/// what became of it is unknown.
const NO_REJECTION: &[i64] = &[0, 1, 10, 11, 13];

/// A value and its clock, as a client puts it or a node returns it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sibling {
    pub(super) value: Value,
    pub(super) clock: Clock,
}

impl Sibling {
    /// Reads `{"value": ..., "clock": [...]}`.
    pub(super) fn of(value: &Value) -> Option<Self> {
        let entries = value.get("clock")?.as_array()?;
        let entries: Option<Vec<u64>> = entries.iter().map(number::whole).collect();
        Some(Self {
            value: value.get("value")?.clone(),
            clock: Clock(entries?),
        })
    }

    /// As it stands in the history.
    pub(super) fn to_value(&self) -> Value {
        json!({"value": self.value, "clock": self.clock.0})
    }
}

impl std::fmt::Display for Sibling {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} with clock {:?}", self.value, self.clock.0)
    }
}

/// The siblings that a get returned, also none for a key that does not exist; `None` if it was not
/// answered.
pub(super) fn returned(op: &Operation) -> Option<Vec<Sibling>> {
    let code = op.completion.error.as_ref().and_then(|error| error.code);
    if op.is_ok() {
        let values = op.completion.value.as_array()?;
        return Some(values.iter().filter_map(Sibling::of).collect());
    }
    (code == Some(20)).then(Vec::new)
}

/// Whether an error with this code says that a put is stale.
pub(super) fn says_rejected(code: i64) -> bool {
    !NO_REJECTION.contains(&code)
}

/// What a put was answered, in whatever words; `None` if it was not.
pub(super) fn outcome(op: &Operation) -> Option<Outcome> {
    if op.is_fail() {
        let code = op.completion.error.as_ref()?.code?;
        return says_rejected(code).then_some(Outcome::Rejected);
    }
    let status = op.completion.value.get("status").filter(|_| op.is_ok())?;
    match status.as_str()? {
        "written" => Some(Outcome::Written),
        "conflict" => {
            let siblings = op.completion.value.get("siblings");
            siblings.and_then(number::whole).map(Outcome::Conflict)
        }
        _ => Some(Outcome::Rejected),
    }
}

/// An outcome as a sentence has it.
pub(super) fn words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Written => "written".to_owned(),
        Outcome::Conflict(1) => "conflict with 1 sibling".to_owned(),
        Outcome::Conflict(n) => format!("conflict with {n} siblings"),
        Outcome::Rejected => "a rejection".to_owned(),
        Outcome::Resolved => "resolved".to_owned(),
        Outcome::Siblings(ops) => format!("the siblings of operations {ops:?}"),
    }
}
