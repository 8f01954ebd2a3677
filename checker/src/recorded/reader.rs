//! Histories in either format.

use super::{History, JsonLines, Read, Values, read_edn, read_json_lines};

/// Reads a history in either format, in blocks: JSON Lines, or EDN if it does not begin as JSON
/// does. EDN is kept until its end.
#[derive(Debug)]
pub enum Reader {
    /// Nothing but blanks so far.
    Blank(Vec<u8>),
    /// JSON Lines.
    JsonLines(Box<JsonLines>),
    /// All of it.
    Edn(Vec<u8>),
}

impl Default for Reader {
    fn default() -> Self {
        Self::Blank(Vec::new())
    }
}

impl Reader {
    /// Takes the next bytes.
    pub fn feed(&mut self, block: &[u8]) {
        match self {
            Self::JsonLines(lines) => lines.feed(block),
            Self::Edn(bytes) => bytes.extend_from_slice(block),
            Self::Blank(bytes) => {
                bytes.extend_from_slice(block);
                let begun = std::mem::take(bytes);
                *self = match is_edn(&begun) {
                    None => Self::Blank(begun),
                    Some(true) => Self::Edn(begun),
                    Some(false) => {
                        let mut lines = JsonLines::default();
                        lines.feed(&begun);
                        Self::JsonLines(Box::new(lines))
                    }
                };
            }
        }
    }

    /// What has been read so far; nothing of EDN, which is read at its end.
    #[must_use]
    pub fn so_far(&self) -> Option<&History> {
        match self {
            Self::JsonLines(lines) => Some(lines.so_far()),
            Self::Blank(_) | Self::Edn(_) => None,
        }
    }

    /// The values met so far, to number others.
    pub fn values(&mut self) -> Option<&mut Values> {
        match self {
            Self::JsonLines(lines) => Some(lines.values()),
            Self::Blank(_) | Self::Edn(_) => None,
        }
    }

    /// The history, and the mistake that ended it, if there was one.
    #[must_use]
    pub fn finish(self) -> Read {
        match self {
            Self::JsonLines(lines) => lines.finish(),
            Self::Edn(bytes) => read_edn(&String::from_utf8_lossy(&bytes)),
            Self::Blank(bytes) => read_json_lines(&bytes),
        }
    }
}

/// In JSON a name in quotes follows the first brace. Nothing while that has not come.
fn is_edn(bytes: &[u8]) -> Option<bool> {
    let mut signs = bytes.iter().filter(|byte| !byte.is_ascii_whitespace());
    Some(match signs.next()? {
        b'{' => !matches!(signs.next()?, b'"' | b'}'),
        sign => matches!(sign, b'[' | b'(' | b'#' | b';'),
    })
}
