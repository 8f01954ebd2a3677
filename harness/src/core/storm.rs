//! Storms: nodes that write far more lines than the operations of clients can explain.
//!
//! In virtual time a second of the run may take any time, so there a storm ends the run.

use std::collections::BTreeMap;

use protocol::{BodyHead, Envelope};
use workloads::problem::Problem;

use super::lines::quote;
use super::recorder::Details;
use super::{Core, TimeNs};

/// So many lines within a second of a run in virtual time are a storm, if operations do not
/// explain them. No node is busier by chance: gossip to everybody every two milliseconds is less.
pub const LINES_PER_VIRTUAL_SECOND: u64 = 50_000;

/// The same where a second takes a second, and nodes cannot write as fast as they want to.
const LINES_PER_REAL_SECOND: u64 = 20_000;

/// Many nodes may say more: every one to every other so many times in a second.
const LINES_PER_LINK: u64 = 500;

/// Operations explain so many lines each. A naive broadcast among 25 nodes, every message answered
/// and sent again while a link is cut, needs a few thousand.
const LINES_PER_OP: u64 = 5_000;

/// So many lines are looked at before a storm is told, to say of what it is.
const SAMPLE: u64 = 1_000;

const SECOND_NS: TimeNs = 1_000_000_000;

/// Counts the lines of each second.
pub(super) struct StormWatch {
    limit: u64,
    lines: u64,
    second: u64,
    in_second: u64,
    by_node: Vec<u64>,
    sample: Sample,
    sampled: u64,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Calm,
    Told,
    /// It was told, and the run shall end.
    Over,
}

/// The last lines before a storm is told, by what they are.
type Sample = BTreeMap<Kind, Sampled>;

/// The type of a message, and sender and receiver; or no message.
type Kind = Option<(String, String, String)>;

struct Sampled {
    count: u64,
    /// The first of them, and its number if it is a message.
    line: String,
    message: Option<u64>,
}

impl StormWatch {
    /// For so many nodes; with a limit of lines in a second if a storm shall end the run.
    pub(super) fn new(nodes: usize, limit: Option<u64>) -> Self {
        let links = (nodes * nodes.saturating_sub(1)) as u64;
        Self {
            limit: limit
                .unwrap_or(LINES_PER_REAL_SECOND)
                .max(links * LINES_PER_LINK),
            lines: 0,
            second: 0,
            in_second: 0,
            by_node: vec![0; nodes],
            sample: Sample::new(),
            sampled: 0,
            state: State::Calm,
        }
    }

    /// One more line; whether it makes a storm, after so many operations. `message` is the number
    /// that it will have if it is a message.
    fn begins(&mut self, now_ns: TimeNs, from: usize, line: &[u8], ops: u64, message: u64) -> bool {
        let second = now_ns / SECOND_NS;
        if second != self.second {
            self.second = second;
            self.in_second = 0;
            self.by_node.fill(0);
            self.sample.clear();
            self.sampled = 0;
        }
        self.lines += 1;
        self.in_second += 1;
        self.by_node[from] += 1;
        if self.in_second + SAMPLE <= self.limit
            || self.state != State::Calm
            || self.lines < LINES_PER_OP * ops.max(1)
        {
            return false;
        }
        self.look_at(line, message);
        self.in_second > self.limit && self.sampled >= SAMPLE
    }

    fn look_at(&mut self, line: &[u8], message: u64) {
        let kind = Envelope::parse(line).ok().map(|envelope| {
            let kind = BodyHead::of(envelope.body).kind.unwrap_or_default();
            let (src, dest) = (envelope.src.to_string(), envelope.dest.to_string());
            (kind.into_owned(), src, dest)
        });
        let message = kind.as_ref().map(|_| message);
        self.sampled += 1;
        let first = || Sampled {
            count: 0,
            line: quote(line),
            message,
        };
        self.sample.entry(kind).or_insert_with(first).count += 1;
    }

    /// Whether the run shall end.
    pub(super) fn is_over(&self) -> bool {
        self.state == State::Over
    }

    /// What there is most of in the sample; of equals the first.
    fn most(&self) -> Option<(&Kind, &Sampled)> {
        self.sample.iter().rev().max_by_key(|(_, s)| s.count)
    }

    fn busiest(&self) -> usize {
        let nodes = 0..self.by_node.len();
        nodes.rev().max_by_key(|n| self.by_node[*n]).unwrap_or(0)
    }
}

impl Core<'_> {
    /// Counts a line that a node wrote, and tells of a storm.
    pub(super) fn watch_storm(&mut self, from: usize, line: &[u8]) {
        let (ops, message) = (self.recorder.ops, self.recorder.coming_message());
        if !self.storm.begins(self.now_ns, from, line, ops, message) {
            return;
        }
        let ends_run = self.surroundings.lines_per_second.is_some();
        let what = self.storm_in_words(ends_run);
        let most = self.storm.most();
        let details = Details {
            hint: most.and_then(|(kind, _)| hint(kind)),
            message: most.and_then(|(_, sampled)| sampled.message),
            ..Details::default()
        };
        let busiest = self.storm.busiest();
        self.storm.state = if ends_run { State::Over } else { State::Told };
        self.problem(busiest, Problem::MessageStorm, what, details);
    }

    fn storm_in_words(&self, ends_run: bool) -> String {
        let storm = &self.storm;
        let busiest = storm.busiest();
        let ops = match self.recorder.ops {
            0 => "before the first operation of a client".to_owned(),
            1 => "and there had been 1 operation by then".to_owned(),
            ops => format!("and there had been {ops} operations by then"),
        };
        let mut what = format!(
            "A storm of messages: between {from_s} s and {to_s} s of the run the nodes wrote more \
             than {limit} lines, {count} of them {id}, {ops}.",
            from_s = storm.second,
            to_s = storm.second + 1,
            limit = storm.limit,
            count = storm.by_node[busiest],
            id = self.nodes[busiest].id,
        );
        if let Some((kind, sampled)) = storm.most() {
            let total = storm.sampled;
            let of_kind = storm
                .sample
                .iter()
                .filter(|(other, _)| same_type(other, kind));
            let percent = of_kind.map(|(_, s)| s.count).sum::<u64>() * 100 / total;
            let line = &sampled.line;
            what += &match kind {
                Some((kind, src, dest)) => format!(
                    " Of the last {total}, {percent}% were of type `{kind}`, most often from \
                     {src} to {dest}, such as {line}."
                ),
                None => {
                    format!(" Of the last {total}, {percent}% were no messages, such as {line}.")
                }
            };
        }
        if ends_run {
            what += " The run was ended.";
        }
        what
    }
}

fn same_type(a: &Kind, b: &Kind) -> bool {
    a.as_ref().map(|a| &a.0) == b.as_ref().map(|b| &b.0)
}

/// What to do about lines that are not messages between nodes.
fn hint(kind: &Kind) -> Option<String> {
    let text = match kind {
        None => "Look for a loop that prints without end.",
        Some((_, _, dest)) if dest.starts_with('c') => {
            "Answer each request once; look for a loop that sends answers without end."
        }
        Some((_, src, dest)) if src == dest => {
            "The node sends messages to itself without end. Use a timer of the language instead, \
             and let some time pass between two of them."
        }
        Some(_) => return None,
    };
    Some(text.to_owned())
}

#[cfg(test)]
mod tests;
