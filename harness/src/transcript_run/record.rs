//! What a program wrote, within bounds.

/// More lines than these are no answer to anything.
const MOST_LINES: usize = 10_000;
/// Nor are more bytes than these.
const MOST_BYTES: usize = 32 * 1024 * 1024;

/// The lines of stdout, and when they came relative to the end of the input.
#[derive(Debug, Default)]
pub(super) struct Record {
    pub(super) lines: Vec<String>,
    bytes: usize,
    full: bool,
    /// How many lines had come when the input ended.
    before_the_end: Option<usize>,
}

impl Record {
    /// Keeps a line; bytes that are no UTF-8 are replaced. Returns it unless there is no room.
    pub(super) fn push(&mut self, line: &[u8]) -> Option<&str> {
        if self.lines.len() >= MOST_LINES || self.bytes + line.len() > MOST_BYTES {
            self.full = true;
            return None;
        }
        self.bytes += line.len();
        self.lines.push(String::from_utf8_lossy(line).into_owned());
        self.lines.last().map(String::as_str)
    }

    pub(super) fn is_full(&self) -> bool {
        self.full
    }

    /// The program's input ends now.
    pub(super) fn input_ends(&mut self) {
        self.before_the_end = Some(self.lines.len());
    }

    /// Whether the program kept silent until its input ended, and spoke then.
    pub(super) fn is_late(&self) -> bool {
        self.before_the_end == Some(0) && !self.lines.is_empty()
    }
}
