//! `splitbrain/grade/1`: what a suite says about a program, with points.

use checker::Verdict;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{VerdictDocument, schema};

/// The result of a suite: what `grade --format json` prints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GradeDocument {
    /// The name and version of this format.
    pub schema: String,
    /// The suite's name.
    pub suite: String,
    /// The suite's title.
    #[serde(default)]
    pub title: String,
    /// The program that was graded, and its arguments.
    #[serde(default)]
    pub bin: Vec<String>,
    /// The points reached.
    pub points: u32,
    /// The points that can be reached.
    pub max_points: u32,
    /// All items together.
    #[schemars(with = "schema::Verdict")]
    pub verdict: Verdict,
    /// The command that does this again.
    #[serde(default)]
    pub replay: String,
    /// Whether it was stopped before its end (Ctrl-C, SIGTERM); items that did not run are missing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub interrupted: bool,
    /// What each item gave.
    pub items: Vec<ItemResult>,
}

impl GradeDocument {
    /// The name of the format.
    pub const SCHEMA: &'static str = "splitbrain/grade/1";

    /// The grade made of these items: points added, verdicts merged.
    #[must_use]
    pub fn new(suite: &str, title: &str, bin: &[String], items: Vec<ItemResult>) -> Self {
        Self {
            schema: Self::SCHEMA.to_owned(),
            suite: suite.to_owned(),
            title: title.to_owned(),
            bin: bin.to_vec(),
            points: items.iter().map(|item| item.points).sum(),
            max_points: items.iter().map(|item| item.max_points).sum(),
            verdict: Verdict::merge(items.iter().map(|item| item.verdict)),
            replay: String::new(),
            interrupted: false,
            items,
        }
    }
}

/// What one item of a suite gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ItemResult {
    /// The item's id.
    pub id: String,
    /// What is tested, in a few words.
    #[serde(default)]
    pub title: String,
    /// Whether it holds.
    #[schemars(with = "schema::Verdict")]
    pub verdict: Verdict,
    /// The points reached.
    pub points: u32,
    /// The points that can be reached.
    pub max_points: u32,
    /// Whether passing says little, because the item expects little.
    pub weak: bool,
    /// How long it took, in seconds.
    #[serde(default)]
    pub time_s: f64,
    /// One sentence: why it failed, or what to know although it passed.
    #[serde(default)]
    pub note: String,
    /// What a transcript expected and did not get, for programs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mismatches: Vec<Mismatch>,
    /// The same for people: lines of at most 80 columns that are printed as they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<String>,
    /// The last lines of the program's stderr, where a transcript failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stderr_tail: Vec<String>,
    /// The runs behind it.
    pub runs: Vec<VerdictDocument>,
}

impl ItemResult {
    /// An item with all of its points if it is valid, otherwise with none.
    #[must_use]
    pub fn new(id: &str, title: &str, verdict: Verdict, max_points: u32) -> Self {
        Self {
            id: id.to_owned(),
            title: title.to_owned(),
            verdict,
            points: if verdict == Verdict::Valid {
                max_points
            } else {
                0
            },
            max_points,
            weak: false,
            time_s: 0.0,
            note: String::new(),
            mismatches: Vec::new(),
            details: Vec::new(),
            stderr_tail: Vec::new(),
            runs: Vec::new(),
        }
    }
}

/// A line that a transcript expected, and what was there instead.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Mismatch {
    /// The line expected.
    pub expected: String,
    /// The nearest line of the output, if there was any.
    pub actual: Option<String>,
    /// What differs, in words.
    #[serde(default)]
    pub what: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_added_and_verdicts_merged() {
        let items = vec![
            ItemResult::new("a", "", Verdict::Valid, 5),
            ItemResult::new("b", "", Verdict::Unknown, 10),
            ItemResult::new("c", "", Verdict::Valid, 2),
        ];
        let grade = GradeDocument::new("s", "", &[], items);
        assert_eq!((grade.points, grade.max_points), (7, 17));
        assert_eq!(grade.verdict, Verdict::Unknown);
    }
}
