//! Cutting a stream of bytes into lines, with a bound on the length of a line. Pure.

use bytes::{Bytes, BytesMut};

/// How much of a line that is too long is kept to be shown.
const PREFIX_BYTES: usize = 1024;

/// What a chunk of output turned out to contain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// One or more whole lines; each ends with its newline.
    Lines(Bytes),
    /// A line that passed the limit: its beginning. The rest of it is skipped.
    TooLong(Bytes),
}

/// Collects output until lines are complete.
pub(crate) struct LineSplitter {
    buffer: BytesMut,
    /// The buffer holds no newline before this index.
    searched: usize,
    /// Inside a line that was too long: drop everything up to the next newline.
    skipping: bool,
    max_line_bytes: usize,
}

impl LineSplitter {
    pub(crate) fn new(max_line_bytes: usize) -> Self {
        Self {
            buffer: BytesMut::new(),
            searched: 0,
            skipping: false,
            max_line_bytes,
        }
    }

    /// Room for at least `bytes` more; whatever is appended here is seen by the next `split`.
    pub(crate) fn room(&mut self, bytes: usize) -> &mut BytesMut {
        self.buffer.reserve(bytes);
        &mut self.buffer
    }

    /// Takes out what is complete. Lines within the limit come as large blocks, in order.
    pub(crate) fn split(&mut self) -> Vec<Piece> {
        if self.skipping && !self.skip_to_newline() {
            return Vec::new();
        }
        let mut pieces = Vec::new();
        // Only the first line can have been begun earlier, so only it can be very long here,
        // unless one chunk alone exceeds the limit (tests do that).
        let mut line_start = 0;
        while let Some(found) = find_newline(&self.buffer[self.searched..]) {
            let newline = self.searched + found;
            if newline - line_start > self.max_line_bytes {
                self.take_lines(line_start, &mut pieces);
                let length = newline - line_start;
                let long = self.buffer.split_to(length + 1);
                pieces.push(too_long(&long));
                (self.searched, line_start) = (0, 0);
            } else {
                (self.searched, line_start) = (newline + 1, newline + 1);
            }
        }
        self.take_lines(line_start, &mut pieces);
        self.searched = self.buffer.len();
        if self.buffer.len() > self.max_line_bytes {
            pieces.push(too_long(&self.buffer));
            self.buffer = BytesMut::new();
            self.searched = 0;
            self.skipping = true;
        }
        pieces
    }

    /// What is left when the output ends: a last line without its newline, if any.
    pub(crate) fn finish(self) -> Option<Bytes> {
        (!self.skipping && !self.buffer.is_empty()).then(|| self.buffer.freeze())
    }

    fn take_lines(&mut self, end: usize, pieces: &mut Vec<Piece>) {
        if end > 0 {
            pieces.push(Piece::Lines(self.buffer.split_to(end).freeze()));
        }
    }

    fn skip_to_newline(&mut self) -> bool {
        match find_newline(&self.buffer) {
            Some(newline) => {
                drop(self.buffer.split_to(newline + 1));
                self.skipping = false;
            }
            None => self.buffer.clear(),
        }
        self.searched = 0;
        !self.skipping
    }
}

fn find_newline(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|byte| *byte == b'\n')
}

fn too_long(line: &[u8]) -> Piece {
    Piece::TooLong(Bytes::copy_from_slice(
        &line[..line.len().min(PREFIX_BYTES)],
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MAX: usize = 6;

    #[derive(Debug, PartialEq, Eq)]
    enum Seen {
        Line(Vec<u8>),
        TooLong,
        Partial(Vec<u8>),
    }

    fn through_splitter(chunks: &[Vec<u8>]) -> Vec<Seen> {
        let mut splitter = LineSplitter::new(MAX);
        let mut seen = Vec::new();
        for chunk in chunks {
            splitter.room(chunk.len()).extend_from_slice(chunk);
            for piece in splitter.split() {
                match piece {
                    Piece::TooLong(_) => seen.push(Seen::TooLong),
                    Piece::Lines(block) => {
                        assert_eq!(block.last(), Some(&b'\n'), "a block ends with a newline");
                        let body = &block[..block.len() - 1];
                        seen.extend(body.split(|b| *b == b'\n').map(|l| Seen::Line(l.to_vec())));
                    }
                }
            }
        }
        seen.extend(splitter.finish().map(|rest| Seen::Partial(rest.to_vec())));
        seen
    }

    /// The same by looking at the whole output at once.
    fn by_hand(output: &[u8]) -> Vec<Seen> {
        let mut lines: Vec<&[u8]> = output.split(|b| *b == b'\n').collect();
        let rest = lines.pop().unwrap_or_default();
        let mut seen: Vec<Seen> = lines
            .into_iter()
            .map(|l| {
                if l.len() > MAX {
                    Seen::TooLong
                } else {
                    Seen::Line(l.to_vec())
                }
            })
            .collect();
        match rest.len() {
            0 => {}
            1..=MAX => seen.push(Seen::Partial(rest.to_vec())),
            _ => seen.push(Seen::TooLong),
        }
        seen
    }

    #[test]
    fn a_line_may_come_in_pieces() {
        let seen = through_splitter(&[b"ab".to_vec(), b"c\nd".to_vec(), b"\ne".to_vec()]);
        let expected = [
            Seen::Line(b"abc".to_vec()),
            Seen::Line(b"d".to_vec()),
            Seen::Partial(b"e".to_vec()),
        ];
        assert_eq!(seen, expected);
    }

    #[test]
    fn after_a_line_that_is_too_long_reading_goes_on_at_the_next_newline() {
        let seen = through_splitter(&[b"0123456789".to_vec(), b"more\nok\n".to_vec()]);
        assert_eq!(seen, [Seen::TooLong, Seen::Line(b"ok".to_vec())]);
    }

    proptest! {
        #[test]
        fn chunks_do_not_matter(
            chunks in prop::collection::vec(
                prop::collection::vec(prop_oneof![2 => Just(b'x'), 1 => Just(b'\n')], 0..20),
                0..10,
            )
        ) {
            prop_assert_eq!(through_splitter(&chunks), by_hand(&chunks.concat()));
        }
    }
}
