//! Histories in JSON Lines: an event a line, with Jepsen's field names.

use memchr::{memchr, memchr_iter, memrchr};
use rayon::prelude::*;
use serde_json::value::RawValue;

use super::json_line::{Line, Mistake, Process, event, quoted};
use super::{Event, History, Pairing, Read, ReadError, Val, Values};

/// Blocks of so many bytes are parsed by several threads.
const PIECE_BYTES: usize = 1 << 16;

/// Reads a history that comes in blocks of any size.
///
/// Lines that are empty are passed over; so are events of processes that are no numbers, which are
/// not operations. Those of `nemesis` tell when faults were active. Takes time in proportion to the
/// bytes; lines are parsed on all processors, a block at a time.
#[derive(Debug, Default)]
pub struct JsonLines {
    pairing: Pairing,
    /// The beginning of a line that has not come to its end.
    begun: Vec<u8>,
    /// How many lines are behind.
    lines: u32,
    error: Option<ReadError>,
}

impl JsonLines {
    /// Takes the next bytes. What follows a mistake is passed over.
    pub fn feed(&mut self, mut block: &[u8]) {
        if !self.begun.is_empty() {
            let end = memchr(b'\n', block);
            let (head, rest) = block.split_at(end.map_or(block.len(), |end| end + 1));
            self.begun.extend_from_slice(head);
            if end.is_none() {
                return;
            }
            block = rest;
            let line = std::mem::take(&mut self.begun);
            self.take_lines(&line);
        }
        let whole = memrchr(b'\n', block);
        let (lines, begun) = block.split_at(whole.map_or(0, |end| end + 1));
        self.take_lines(lines);
        self.begun.extend_from_slice(begun);
    }

    /// The values met so far, to number others.
    pub fn values(&mut self) -> &mut Values {
        self.pairing.values()
    }

    /// What has been read so far.
    #[must_use]
    pub fn so_far(&self) -> &History {
        self.pairing.so_far()
    }

    /// The history, and the mistake that ended it, if there was one.
    #[must_use]
    pub fn finish(mut self) -> Read {
        let line = std::mem::take(&mut self.begun);
        self.take_lines(&line);
        (self.pairing.finish(), self.error)
    }

    fn take_lines(&mut self, lines: &[u8]) {
        if self.error.is_some() || lines.is_empty() {
            return;
        }
        match &pieces(lines)[..] {
            // What was parsed is best taken while it is at hand.
            [piece] => self.take_all(parse(piece)),
            pieces => {
                let parsed: Vec<Vec<Parsed<'_>>> = pieces
                    .par_iter()
                    .map(|piece| parse(piece).collect())
                    .collect();
                self.take_all(parsed.into_iter().flatten());
            }
        }
    }

    fn take_all<'a>(&mut self, parsed: impl Iterator<Item = Parsed<'a>>) {
        for parsed in parsed {
            self.lines += 1;
            if let Err(error) = self.take(&parsed) {
                self.error = Some(error);
                return;
            }
        }
    }

    fn take(&mut self, parsed: &Parsed<'_>) -> Result<(), ReadError> {
        let Some(line) = parsed
            .event
            .as_ref()
            .map_err(|mistake| mistake.at(self.lines))?
        else {
            return Ok(());
        };
        let process = match line.process {
            Process::Number(number) => number,
            Process::Other(other) => match other.get() {
                r#""nemesis""# => {
                    self.pairing.disturb(&line.f);
                    return Ok(());
                }
                number if number.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => {
                    self.pairing.values().json(number)
                }
                _ => return Ok(()),
            },
        };
        let values = self.pairing.values();
        let mut number =
            |raw: Option<&RawValue>| raw.map_or(Val::NULL, |raw| values.json(raw.get()));
        let event = Event {
            line: self.lines,
            process,
            kind: line.kind,
            function: &line.f,
            key: number(line.key),
            value: number(line.value),
            time_ns: line.time,
        };
        self.pairing.take(&event).map_err(|problem| ReadError {
            line: self.lines,
            column: None,
            quote: quoted(parsed.text),
            what: problem.explain(),
        })
    }
}

/// Reads a whole history, as [`JsonLines`] does.
#[must_use]
pub fn read_json_lines(bytes: &[u8]) -> Read {
    let mut lines = JsonLines::default();
    bytes
        .chunks(16 * PIECE_BYTES)
        .for_each(|block| lines.feed(block));
    lines.finish()
}

/// Whole lines, a piece for each processor or fewer.
fn pieces(mut lines: &[u8]) -> Vec<&[u8]> {
    let count = (lines.len() / PIECE_BYTES).clamp(1, rayon::current_num_threads());
    let size = lines.len() / count;
    let mut pieces = Vec::with_capacity(count);
    while pieces.len() + 1 < count {
        let from = size.min(lines.len());
        let end = memchr(b'\n', &lines[from..]);
        let Some(end) = end else { break };
        let (piece, rest) = lines.split_at(from + end + 1);
        pieces.push(piece);
        lines = rest;
    }
    pieces.push(lines);
    pieces
}

/// A line, and the event that stands there, if it is not empty.
struct Parsed<'a> {
    text: &'a [u8],
    event: Result<Option<Line<'a>>, Box<Mistake>>,
}

fn parse(piece: &[u8]) -> impl Iterator<Item = Parsed<'_>> {
    let piece = piece.strip_suffix(b"\n").unwrap_or(piece);
    // Looking at all letters at once is faster than line by line.
    let text = std::str::from_utf8(piece).ok();
    let mut from = 0;
    let ends = memchr_iter(b'\n', piece).chain([piece.len()]);
    ends.map(move |end| {
        let place = from..end;
        from = end + 1;
        let line = &piece[place.clone()];
        Parsed {
            text: line,
            event: event(line, text.and_then(|text| text.get(place))),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        let (_, error) = read_json_lines(text.as_bytes());
        error.expect("a mistake").to_string()
    }

    const BEGIN: &str = r#"{"process":0,"type":"invoke","f":"write","value":1}"#;

    #[test]
    fn operations_are_paired_and_the_rest_passed_over() {
        let text = format!(
            "{BEGIN}\n\n{}\n{}\n{}",
            r#"{"process":"nemesis","type":"info","f":"kill","value":null}"#,
            r#"{"index":7,"process":1,"type":"invoke","f":"read","key":"x","time":5,"value":null}"#,
            r#"{"process":1,"type":"ok","f":"read","key":"x","time":9,"value":[1,"a"],"node":"n1"}"#,
        );
        let (history, error) = read_json_lines(text.as_bytes());
        assert_eq!(error, None);
        let [write, read] = history.ops[..] else {
            panic!("{history:?}");
        };
        assert!(write.is_indeterminate());
        assert_eq!((read.call, read.ret), (1, 2));
        assert_eq!((read.call_line, read.ret_line), (4, 5));
        assert_eq!((read.call_ns, read.ret_ns), (5, 9));
        assert_eq!(history.values.show(read.answer), r#"[1,"a"]"#);
        assert_eq!(history.values.show(read.key), r#""x""#);
    }

    #[test]
    fn however_it_is_written_it_is_the_same_history() {
        let plain = r#"{"process":3,"type":"invoke","f":"write","key":"x","time":5,"value":1}
            {"process":3,"type":"ok","f":"write","key":"x","time":9,"value":1}"#;
        let (expected, error) = read_json_lines(plain.as_bytes());
        assert_eq!((expected.ops.len(), error), (1, None));
        for (this, that) in [
            ("write", r"\u0077rite"),
            ("invoke", r"i\u006evoke"),
            (r#""process":3"#, r#""process" : 3.0"#),
            (r#""process":3"#, r#""proce\u0073s":3"#),
            (r#""time":5,"#, r#""time":5,"nodes":["n\"1",{}],"#),
        ] {
            let (history, error) = read_json_lines(plain.replace(this, that).as_bytes());
            assert_eq!((history.ops, error), (expected.ops.clone(), None), "{that}");
            assert_eq!(history.functions, expected.functions, "{that}");
        }
    }

    #[test]
    fn what_stands_before_a_mistake_is_kept() {
        let (history, error) = read_json_lines(format!("{BEGIN}\nand then").as_bytes());
        assert_eq!(history.ops.len(), 1);
        assert_eq!(error.map(|error| error.line), Some(2));
    }

    #[test]
    fn blocks_of_any_size_are_the_same_history() {
        let op = |process: u32| {
            let event = |kind: &str| {
                format!(
                    "{{\"process\":{process},\"type\":\"{kind}\",\"f\":\"write\",\"value\":{process}}}\n"
                )
            };
            event("invoke") + &event("ok")
        };
        let text: String = (0..20_000).map(op).collect();
        assert!(text.len() > 4 * PIECE_BYTES);
        let (whole, error) = read_json_lines((text.clone() + "oops").as_bytes());
        assert_eq!(error.map(|error| error.line), Some(40_001));
        assert_eq!(whole.ops.len(), 20_000);
        for size in [1, 7, 1000, 3 * PIECE_BYTES + 5] {
            let mut lines = JsonLines::default();
            text.as_bytes()
                .chunks(size)
                .for_each(|block| lines.feed(block));
            let (history, error) = lines.finish();
            assert_eq!((history.ops, error), (whole.ops.clone(), None), "{size}");
        }
    }

    #[test]
    fn mistakes_are_told_with_their_place_and_what_to_do() {
        let twice = error(&format!("{BEGIN}\n{BEGIN}"));
        assert!(
            twice.starts_with("line 2: This process begins an operation although"),
            "{twice}"
        );
        assert!(twice.contains("began in line 1"), "{twice}");
        let alone = error(r#"{"process":0,"type":"ok","f":"read","value":1}"#);
        assert!(
            alone.contains("ends an operation that it did not begin"),
            "{alone}"
        );
        let other = error(&format!(
            "{BEGIN}\n{}",
            r#"{"process":0,"type":"ok","f":"read","value":1}"#
        ));
        assert!(other.contains("line 1 has another `f`"), "{other}");
        let cut = error(r#"{"process":0,"type":"in"#);
        assert!(cut.contains("ends in the middle"), "{cut}");
        let word = error(r#"{"process":0,"type":"begin","f":"read"}"#);
        assert!(word.contains("unknown variant `begin`"), "{word}");
        assert!(word.contains("invoke, ok, fail or info"), "{word}");
        assert!(error("write 1").contains("line 1, column 1: This is not JSON"));
    }
}
