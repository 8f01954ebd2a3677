//! Lines in, lines expected out: the sample cases of a task.
//!
//! A [`Case`] is what stands in a suite; [`Case::judge`] compares what a program wrote with what
//! was expected and says, for everything that is missing, which line came nearest and in which
//! fields it differs. Nothing here runs a program.

mod assign;
mod contain;
mod expected;
mod judge;
mod nearest;
mod show;

pub use contain::Difference;
pub use expected::{BadPattern, Expected};
pub use judge::{Mismatch, Nearest, TranscriptResult};
pub use show::side_by_side;

/// How long a program has when a case does not say, in milliseconds.
pub const DEFAULT_TIMEOUT_MS: u64 = 5000;

/// One case: what goes in, and what must come out.
#[derive(Debug, Clone)]
pub struct Case {
    /// The lines for the program's stdin, as they stand.
    pub input: Vec<String>,
    /// The lines that must be on its stdout.
    pub expected: Vec<Expected>,
    /// Whether `msg_id` in replies and the order of lines count as well.
    pub strict: bool,
    /// How long the program has, from its start, in milliseconds.
    pub timeout_ms: u64,
}

impl Case {
    /// Reads a case from the texts of a suite. Empty lines mean nothing.
    ///
    /// # Errors
    /// The first expected line that stands between slashes and is no regular expression.
    pub fn parse(input: &str, output: &str) -> Result<Self, BadPattern> {
        let lines = |text: &'_ str| -> Vec<String> {
            text.lines()
                .filter(|line| !line.trim().is_empty())
                .map(ToOwned::to_owned)
                .collect()
        };
        Ok(Self {
            input: lines(input),
            expected: lines(output)
                .iter()
                .map(|line| Expected::parse(line))
                .collect::<Result<_, _>>()?,
            strict: false,
            timeout_ms: DEFAULT_TIMEOUT_MS,
        })
    }

    /// Why a program that passes this case has shown little, if that is so.
    #[must_use]
    pub fn weakness(&self) -> Option<&'static str> {
        if self.expected.is_empty() {
            Some("weakly checked: expects no output at all")
        } else if self.expected.iter().all(Expected::is_init_ok) {
            Some("weakly checked: expects nothing but init_ok")
        } else {
            None
        }
    }
}
