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

#[cfg(test)]
mod tests {
    use super::*;

    const JSON_LINES: &str = r#"
        {"process":0,"type":"invoke","f":"write","value":1}
        {"process":0,"type":"ok","f":"write","value":1}
    "#;
    const EDN: &str = "
        {:process 0, :type :invoke, :f :write, :value 1}
        {:process 0, :type :ok, :f :write, :value 1}
    ";

    #[test]
    fn the_first_signs_tell_the_format() {
        for (begin, is) in [
            ("", None),
            (" \n", None),
            (" {", None),
            ("{\n\"", Some(false)),
            ("{}", Some(false)),
            ("nonsense", Some(false)),
            ("{:", Some(true)),
            ("[{", Some(true)),
            ("(", Some(true)),
            ("#{", Some(true)),
            ("; a comment", Some(true)),
        ] {
            assert_eq!(is_edn(begin.as_bytes()), is, "{begin:?}");
        }
    }

    #[test]
    fn blocks_of_one_byte_are_read_in_either_format() {
        for text in [JSON_LINES, EDN] {
            let mut reader = Reader::default();
            text.bytes().for_each(|byte| reader.feed(&[byte]));
            let (history, error) = reader.finish();
            assert_eq!(error, None, "{text}");
            let ops: Vec<_> = history
                .ops
                .iter()
                .map(|op| op.argument.as_integer())
                .collect();
            assert_eq!(ops, [Some(1)], "{text}");
        }
        let (history, error) = Reader::default().finish();
        assert_eq!((history.ops.len(), error), (0, None));
    }

    #[test]
    fn only_lines_can_be_seen_before_the_end() {
        let mut reader = Reader::default();
        assert!(reader.so_far().is_none() && reader.values().is_none());
        reader.feed(JSON_LINES.as_bytes());
        assert_eq!(reader.so_far().map(|history| history.ops.len()), Some(1));
        let text = reader.values().map(|values| values.text("x"));
        let shown = text.zip(reader.so_far());
        let shown = shown.map(|(text, history)| history.values.show(text));
        assert_eq!(shown.as_deref(), Some("\"x\""));
        let mut reader = Reader::default();
        reader.feed(EDN.as_bytes());
        assert!(reader.so_far().is_none() && reader.values().is_none());
    }
}
