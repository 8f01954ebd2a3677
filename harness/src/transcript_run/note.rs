//! What is said about a case in one sentence or two.

use results::quote;
use workloads::transcript::{Case, TranscriptResult};

use super::Ending;
use super::record::Record;
use crate::supervisor::ExitStatus;

/// All that is known when a program has ended.
pub(super) struct Story<'a> {
    pub(super) case: &'a Case,
    pub(super) ending: &'a Ending,
    pub(super) record: &'a Record,
    pub(super) stderr_tail: &'a [String],
    pub(super) flush_hint: Option<&'static str>,
}

impl Story<'_> {
    /// Whether the end alone makes the case fail: there was no process, or nothing was expected of
    /// it but to live, and it did not.
    pub(super) fn is_fatal(&self) -> bool {
        match self.ending {
            Ending::NotStarted(_) => true,
            Ending::Exited(status) => self.case.expected.is_empty() && is_bad(*status),
            _ => false,
        }
    }

    pub(super) fn note(&self, result: &TranscriptResult) -> String {
        if let Ending::NotStarted(error) = self.ending {
            return match error.hint() {
                Some(hint) => format!("could not be started: {error} ({hint})"),
                None => format!("could not be started: {error}"),
            };
        }
        let mut parts = vec![result.note.clone()];
        parts.extend(self.end(!result.missing.is_empty()));
        parts.extend(self.advice(result));
        parts.retain(|part| !part.is_empty());
        parts.join("; ")
    }

    /// How the program ended, where that is worth saying.
    fn end(&self, failed: bool) -> Option<String> {
        match self.ending {
            Ending::Exited(status) if is_bad(*status) => Some(format!(
                "the program ended with {status}{}",
                self.last_words()
            )),
            Ending::TimedOut if failed => {
                Some(format!("stopped after {} ms", self.case.timeout_ms))
            }
            Ending::TooMuch => Some(format!(
                "stopped because it wrote more than {} lines",
                self.record.lines.len()
            )),
            _ => None,
        }
    }

    /// The last line on stderr: in most languages it names the error.
    fn last_words(&self) -> String {
        let last = self.stderr_tail.iter().rev().find(|l| !l.trim().is_empty());
        last.map_or(String::new(), |line| {
            format!(" ({})", quote::shorten(line.trim(), 120))
        })
    }

    fn advice(&self, result: &TranscriptResult) -> Option<String> {
        let how = self.flush_hint.map_or(String::new(), |h| format!(": {h}"));
        let silent = self.record.lines.is_empty() && !result.missing.is_empty();
        let may_be_stuck = silent && *self.ending == Ending::TimedOut;
        if may_be_stuck {
            return Some(format!(
                "if it answers, the answers are stuck in a buffer, so flush after each line{how}"
            ));
        }
        self.record.is_late().then(|| {
            format!(
                "the answers came only when the input had ended, so in a cluster nobody would \
                 get them; read line by line and flush after each line{how}"
            )
        })
    }
}

fn is_bad(status: ExitStatus) -> bool {
    !matches!(status, ExitStatus::Code(0) | ExitStatus::Unknown)
}
