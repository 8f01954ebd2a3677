//! What `splitbrain check` says about a recorded history.

use checker::Verdict;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The judgement of a recorded history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CheckDocument {
    /// Which document this is.
    pub schema: String,
    /// What was decided.
    #[schemars(with = "super::schema::Verdict")]
    pub verdict: Verdict,
    /// One sentence.
    pub summary: String,
    /// The file, or `-`.
    pub file: String,
    /// What the history was taken to be about.
    pub model: String,
    /// What was asked of it.
    pub level: String,
    /// How many operations were recorded.
    pub operations: u64,
    /// How many of them were judged.
    pub judged: u64,
    /// How many objects there are.
    pub objects: u64,
    /// How many objects were decided how.
    pub methods: std::collections::BTreeMap<String, u64>,
    /// Whether anything could have gone wrong.
    pub coverage: Coverage,
    /// What cannot have happened, one for each object that is wrong.
    pub violations: Vec<Violation>,
    /// The objects of which it is not known.
    pub undecided: Vec<Undecided>,
    /// What is known of weaker levels, where it was asked or the history is not linearizable.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<LevelRow>,
    /// The levels that hold and are not implied by others that do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub strongest: Vec<String>,
    /// How stale reads are, where that was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staleness: Option<StalenessFigures>,
    /// Why the history was not read to its end, if so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken_off: Option<String>,
    /// How long reading took.
    pub read_s: f64,
    /// How long judging took.
    pub check_s: f64,
}

impl CheckDocument {
    /// The value of `schema`.
    pub const SCHEMA: &'static str = "splitbrain/check/1";
}

/// Operations that cannot have happened as they are told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Violation {
    /// The kind.
    #[serde(rename = "type")]
    pub kind: String,
    /// The object, as JSON, where there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// What happened.
    pub summary: String,
    /// Why it is impossible.
    pub steps: Vec<String>,
    /// These operations are impossible by themselves, in the order in which they began.
    pub ops: Vec<CheckedOp>,
}

/// An operation of a violation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CheckedOp {
    /// The line in which it begins, from 1.
    pub line: u32,
    /// The line in which it ends, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_line: Option<u32>,
    /// Who did it.
    pub process: String,
    /// What it did: `write 3`, `read 4`.
    pub op: String,
    /// Whether it certainly did not happen.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub has_failed: bool,
    /// Whether the sentences speak of it; others make sense of those.
    pub is_told: bool,
}

/// An object of which it is not known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Undecided {
    /// The object, as JSON, where there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// What was lacking.
    pub lacking: String,
    /// Up to this line everything fits.
    pub fits_to_line: u32,
    /// The last line of it.
    pub last_line: u32,
    /// Of so many events all possibilities are known: the first ones.
    #[serde(default)]
    pub explored_events: u64,
    /// Of so many.
    #[serde(default)]
    pub events: u64,
    /// What is proved of all of it, in sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proved: Vec<String>,
    /// What would have been needed, as far as that can be said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needed: Option<String>,
}

/// A level of consistency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LevelRow {
    /// Its name.
    pub level: String,
    /// Whether it holds: `valid`, `invalid` or `unknown`.
    #[schemars(with = "super::schema::Verdict")]
    pub verdict: Verdict,
    /// Why not, or why it is not known.
    pub why: String,
    /// The steps to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<String>,
}

/// How stale reads are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StalenessFigures {
    /// How many reads returned.
    pub reads: u64,
    /// How many of them found the newest write that had been acknowledged, or one at the same
    /// time: what overlapping quorums of reads and writes promise.
    #[serde(default)]
    pub quorum_visible_reads: u64,
    /// How many of them found what had certainly been overwritten.
    pub stale_reads: u64,
    /// How many found an older version than a read that had returned before.
    pub inversions: u64,
    /// How many versions behind 99 of 100 reads are at most.
    pub versions_p99: u64,
    /// How many versions behind the worst read is.
    pub versions_max: u64,
    /// How long since what 99 of 100 reads found was overwritten, at most.
    pub behind_p99_ms: f64,
    /// How long since what the worst read found was overwritten.
    pub behind_max_ms: f64,
}

/// How hard a history was.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Coverage {
    /// How many operations were open at the same time as another one of the same object.
    pub overlapping: u64,
    /// How many operations were open at once, at most.
    pub most_open: u64,
    /// How many reads could have found something that is out of date.
    pub exposed_reads: u64,
    /// How many operations there are whose end is not known.
    pub indeterminate: u64,
    /// How many operations were open while a fault was active, if the history tells of faults.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub during_faults: Option<u64>,
}
