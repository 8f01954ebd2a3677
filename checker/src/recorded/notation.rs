//! Histories written as pictures, for tests and documents.
//!
//! A line for each process, time from left to right, `|` where an operation begins and ends:
//!
//! ```text
//! 0: |-- write 1 --|      |-- read 2 --|
//! 1:       |-- write 2 --...
//! ```
//!
//! `...` instead of the last `|` means that it may have happened, `x` that it did not.

use super::json_line::quoted;
use super::{Event, Pairing, Read, ReadError, Val};
use crate::history::EventKind;

/// Reads a history that is written as a picture. A read is followed by what it found, anything else
/// by what was asked, and by `= ` and the answer if that is another value: `contains 5 = true`.
#[must_use]
pub fn read_notation(text: &str) -> Read {
    let mut pairing = Pairing::default();
    let mut marks = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim().is_empty() {
            continue;
        }
        match marks_of(number, line) {
            Ok(found) => marks.extend(found),
            Err(error) => return (pairing.finish(), Some(error)),
        }
    }
    // What is in one column begins before anything ends there.
    marks.sort_by_key(|mark| (mark.column, mark.kind != EventKind::Invoke));
    for mark in marks {
        if let Err(error) = mark.hand_to(&mut pairing) {
            return (pairing.finish(), Some(error));
        }
    }
    (pairing.finish(), None)
}

/// A `|`, `...` or `x`.
struct Mark<'a> {
    line: u32,
    column: usize,
    process: i64,
    kind: EventKind,
    function: &'a str,
    value: &'a str,
}

impl Mark<'_> {
    fn hand_to(&self, pairing: &mut Pairing) -> Result<(), ReadError> {
        let error = |what: String| ReadError {
            line: self.line,
            column: Some(self.column as u32 + 1),
            quote: format!("{} {}", self.function, self.value),
            what,
        };
        let mut number = |text: &str| match text.trim() {
            "" => Ok(Val::NULL),
            text => {
                let value = serde_json::from_str(text).map_err(|e| error(format!("{e}.")))?;
                Ok(pairing.values().number(&value))
            }
        };
        let (asked, answered) = match self.value.split_once('=') {
            Some((asked, answered)) => (number(asked)?, number(answered)?),
            None if self.function == "read" => (Val::NULL, number(self.value)?),
            None => [number(self.value)?; 2].into(),
        };
        let process = pairing.values().number(&self.process.into());
        let event = Event {
            line: self.line,
            process,
            kind: self.kind,
            function: self.function,
            key: Val::NULL,
            value: if self.kind == EventKind::Invoke {
                asked
            } else {
                answered
            },
            time_ns: None,
        };
        pairing
            .take(&event)
            .map_err(|problem| error(problem.explain()))
    }
}

fn marks_of(number: u32, line: &str) -> Result<Vec<Mark<'_>>, ReadError> {
    let wrong = |column: usize, what: &str| ReadError {
        line: number,
        column: Some(column as u32 + 1),
        quote: quoted(line.as_bytes()),
        what: what.to_owned(),
    };
    let (process, rest) = line
        .split_once(':')
        .ok_or_else(|| wrong(0, "A line is `process: operations`."))?;
    let process = process.trim().parse();
    let process = process.map_err(|_| wrong(0, "A process is a number."))?;
    let mut marks = Vec::new();
    let mut at = line.len() - rest.len();
    while let Some(begin) = line[at..].find('|').map(|found| at + found) {
        let body = &line[begin + 1..];
        let end = ["|", "...", "x"].iter().filter_map(|mark| {
            let ended = if *mark == "x" { "-x" } else { mark };
            let found = body.find(ended)? + ended.len() - mark.len();
            Some((found, *mark))
        });
        let (length, mark) = end
            .min()
            .ok_or_else(|| wrong(begin, "This operation has no end: `|`, `...` or `-x`."))?;
        let words = body[..length].trim_matches(['-', ' ']);
        let (function, value) = words.split_once(' ').unwrap_or((words, ""));
        let kind = match mark {
            "|" => EventKind::Ok,
            "x" => EventKind::Fail,
            _ => EventKind::Info,
        };
        let end = begin + 1 + length;
        for (column, kind) in [(begin, EventKind::Invoke), (end, kind)] {
            marks.push(Mark {
                line: number,
                column,
                process,
                kind,
                function,
                value: value.trim(),
            });
        }
        at = end + mark.len();
    }
    Ok(marks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_a_history() {
        let (history, error) = read_notation(
            "
            0: |-- write 1 --|      |-- read 2 --|
            1:      |-- write 2 --...   |- cas [1,2] -x
            ",
        );
        // The process went on after an operation that may still be at it.
        assert!(error.is_none(), "{error:?}");
        let shown: Vec<_> = history
            .ops
            .iter()
            .map(|op| {
                let function = &history.functions[usize::from(op.function)];
                let value = history.values.show(op.argument);
                (op.process, &**function, value, op.end)
            })
            .collect();
        assert_eq!(
            shown,
            [
                (0, "write", "1".to_owned(), EventKind::Ok),
                (1, "write", "2".to_owned(), EventKind::Info),
                (0, "read", "null".to_owned(), EventKind::Ok),
                (1, "cas", "[1,2]".to_owned(), EventKind::Fail),
            ]
        );
        assert_eq!(history.values.show(history.ops[2].answer), "2");
        assert!(history.ops[0].ret > history.ops[1].call);
    }

    #[test]
    fn what_begins_where_another_one_ends_overlaps_it() {
        let (history, _) = read_notation(
            "
            0: |- write 1 -|
            1:             |- read 1 -|
            ",
        );
        assert!(history.ops[1].call < history.ops[0].ret);
    }

    #[test]
    fn what_is_no_picture_is_told() {
        let error = |text: &str| read_notation(text).1.expect("a mistake").to_string();
        assert!(error("write 1").contains("A line is `process: operations`."));
        assert!(error("a: |-- read --|").contains("A process is a number."));
        assert!(error("0: |-- read").contains("line 1, column 4: This operation has no end"));
        assert!(error("0: |- write ? -|").contains("line 1, column 4"));
    }
}
