//! The three-valued verdict and its one order.

use serde::{Deserialize, Serialize};

/// What is known about a run, a check or a suite.
///
/// The order is that of severity, and merging takes the greatest: one violation makes the whole
/// invalid, and short of that one undecided check makes it unknown.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Every check passed.
    #[default]
    Valid,
    /// No violation was found, but something could not be decided.
    Unknown,
    /// There is at least one violation.
    Invalid,
}

impl Verdict {
    /// The verdict of several parts together; `Valid` when there are none.
    #[must_use]
    pub fn merge(verdicts: impl IntoIterator<Item = Self>) -> Self {
        verdicts.into_iter().max().unwrap_or_default()
    }

    /// The word used in reports and documents.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Unknown => "unknown",
            Self::Invalid => "invalid",
        }
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::Verdict::{self, Invalid, Unknown, Valid};

    #[test]
    fn verdicts_are_words() {
        let words = [Valid, Unknown, Invalid].map(|verdict| verdict.to_string());
        assert_eq!(words, ["valid", "unknown", "invalid"]);
    }

    #[test]
    fn invalid_dominates_unknown_dominates_valid() {
        assert_eq!(Verdict::merge([Valid, Unknown, Valid]), Unknown);
        assert_eq!(Verdict::merge([Unknown, Invalid, Valid]), Invalid);
        assert_eq!(Verdict::merge([]), Valid);
    }
}
