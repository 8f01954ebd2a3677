//! Two journals, line by line: the same, or the first difference and what led to it.

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use results::run_dir::{JournalLine, JournalReader, RunDirError};

use super::story::told;

/// So many lines before a difference are kept for each node.
const BEFORE: usize = 10;

/// How two journals compare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Comparison {
    /// Every byte is the same.
    Same {
        /// So many lines.
        lines: u64,
        /// Their hash, `blake3:...`.
        hash: String,
        /// Whether the first journal was cut off, and the second goes on.
        cut_off: bool,
    },
    /// They differ.
    Different(Box<Divergence>),
}

/// The first difference of two journals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Divergence {
    /// The number of the line, from 1 on.
    pub line: u64,
    /// When, in nanoseconds: the earlier of the two lines.
    pub time_ns: u64,
    /// The line of the first journal in words; nothing when it ended.
    pub first: Option<String>,
    /// The line of the second journal in words; nothing when it ended.
    pub second: Option<String>,
    /// The nodes and clients that the two lines are about.
    pub about: Vec<String>,
    /// The last lines about any of them, the same in both.
    pub before: Vec<String>,
}

/// Compares two journals from beginning to end, in memory that does not grow with them. The first
/// may have been cut off; then what it has must be the same.
///
/// # Errors
/// When one cannot be read.
pub fn compare(
    first: &mut JournalReader,
    second: &mut JournalReader,
) -> Result<Comparison, RunDirError> {
    let mut hasher = blake3::Hasher::new();
    let mut recent = Recent::default();
    for number in 1.. {
        let (ended, same) = match (first.next_line()?, second.next_line()?) {
            (Some(a), Some(b)) if a == b => {
                hasher.update(a).update(b"\n");
                recent.add(number, a);
                (false, true)
            }
            (None, None) => (true, true),
            (None, Some(_)) => (true, false),
            (a, b) => return Ok(different(number, a, b, &recent)),
        };
        if !ended {
            continue;
        }
        let cut_off = first.is_truncated();
        if same || cut_off {
            let hash = format!("blake3:{}", hasher.finalize().to_hex());
            let lines = number - 1;
            return Ok(Comparison::Same {
                lines,
                hash,
                cut_off,
            });
        }
        // The second one has more: its line was read already and is still in its buffer.
        return Ok(different(number, None, second.last_line(), &recent));
    }
    unreachable!("a journal has an end")
}

fn different(number: u64, a: Option<&[u8]>, b: Option<&[u8]>, recent: &Recent) -> Comparison {
    let parsed = |line: Option<&[u8]>| {
        line.and_then(|l| JournalLine::parse(l).ok().map(|p| (p.time, parties(&p))))
    };
    let (parsed_a, parsed_b) = (parsed(a), parsed(b));
    let times = [&parsed_a, &parsed_b].into_iter().flatten().map(|p| p.0);
    let mut about: Vec<String> = Vec::new();
    for name in [&parsed_a, &parsed_b]
        .into_iter()
        .flatten()
        .flat_map(|p| &p.1)
    {
        if !about.contains(name) {
            about.push(name.clone());
        }
    }
    let (mut first, mut second) = (a.map(told), b.map(told));
    if first == second {
        // The words leave out where they differ.
        let raw = |line: Option<&[u8]>| line.map(|l| String::from_utf8_lossy(l).into_owned());
        (first, second) = (raw(a), raw(b));
    }
    Comparison::Different(Box::new(Divergence {
        line: number,
        time_ns: times.min().unwrap_or_default(),
        first,
        second,
        before: recent.about(&about),
        about,
    }))
}

/// Whom a line is about: the sender and the receiver, or the node.
fn parties(line: &JournalLine<'_>) -> Vec<String> {
    let names = [line.src.as_deref(), line.dest.as_deref()];
    names.into_iter().flatten().map(str::to_owned).collect()
}

/// The last lines about each node and client.
#[derive(Debug, Default)]
struct Recent {
    by_party: BTreeMap<String, VecDeque<Numbered>>,
}

/// A line with its number.
type Numbered = (u64, Rc<[u8]>);

/// A program can make up names; beyond so many, new ones are not followed.
const PARTIES: usize = 1000;

impl Recent {
    fn add(&mut self, number: u64, line: &[u8]) {
        let Ok(parsed) = JournalLine::parse(line) else {
            return;
        };
        let shared: Rc<[u8]> = line.into();
        for name in [parsed.src.as_deref(), parsed.dest.as_deref()]
            .into_iter()
            .flatten()
        {
            if !self.by_party.contains_key(name) {
                if self.by_party.len() >= PARTIES {
                    continue;
                }
                self.by_party.insert(name.to_owned(), VecDeque::new());
            }
            if let Some(lines) = self.by_party.get_mut(name) {
                if lines.len() == BEFORE {
                    lines.pop_front();
                }
                lines.push_back((number, Rc::clone(&shared)));
            }
        }
    }

    /// The last lines about any of these, in order, in words.
    fn about(&self, names: &[String]) -> Vec<String> {
        let lines = names
            .iter()
            .filter_map(|name| self.by_party.get(name))
            .flatten();
        let by_number: BTreeMap<u64, &Rc<[u8]>> =
            lines.map(|(number, line)| (*number, line)).collect();
        let last = by_number.len().saturating_sub(BEFORE);
        by_number
            .values()
            .skip(last)
            .map(|line| told(line))
            .collect()
    }
}
