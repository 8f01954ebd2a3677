//! Finds what anomalies refer to in the record: one pass over the history, one over the journal.

use std::collections::{BTreeMap, BTreeSet};

use checker::{CheckResult, EventKind, HistoryLine, OpError, Verdict};
use serde::Deserialize;
use serde_json::Value;

use super::{JournalLine, RunDir, RunDirError};
use crate::document::{Evidence, QuotedEnd, QuotedMessage, QuotedOp, QuotedStep};
use crate::quote::shorten;

/// Bodies and values are quoted with at most so many characters.
const QUOTE_CHARS: usize = 200;

/// So many anomalies of a check are quoted, and so many operations and messages of each: more
/// does not help anyone, and an anomaly may name thousands.
const ANOMALIES: usize = 5;
const PER_ANOMALY: usize = 12;

/// The operations and messages to quote.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Operations, by the index of their invocation.
    pub ops: BTreeSet<u64>,
    /// Messages, by id.
    pub messages: BTreeSet<u64>,
}

impl Wanted {
    /// What the anomalies of these checks refer to, as far as it is worth quoting.
    #[must_use]
    pub fn by(checks: &[CheckResult]) -> Self {
        let mut wanted = Self::default();
        let failed = checks
            .iter()
            .filter(|check| check.verdict != Verdict::Valid);
        for anomaly in failed.flat_map(|check| check.anomalies.iter().take(ANOMALIES)) {
            wanted.ops.extend(anomaly.ops.iter().take(PER_ANOMALY));
            wanted
                .messages
                .extend(anomaly.messages.iter().take(2 * PER_ANOMALY));
        }
        wanted
    }

    /// Whether there is nothing to look for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ops.is_empty() && self.messages.is_empty()
    }
}

/// See [`RunDir::quote`].
pub(super) fn quote(dir: &RunDir, wanted: &Wanted) -> Result<Evidence, RunDirError> {
    let ops = quote_ops(dir, wanted)?;
    let mut ids = wanted.messages.clone();
    for op in &ops {
        ids.extend(op.message);
        ids.extend(op.end.as_ref().and_then(|end| end.message));
    }
    let messages = quote_messages(dir, &ids)?;
    Ok(Evidence { ops, messages })
}

/// What decides whether a line of the history is wanted; the rest of it is skipped.
#[derive(Deserialize)]
struct Head {
    index: u64,
    process: u64,
    #[serde(rename = "type")]
    kind: EventKind,
}

fn quote_ops(dir: &RunDir, wanted: &Wanted) -> Result<Vec<QuotedOp>, RunDirError> {
    let mut ops: Vec<QuotedOp> = Vec::new();
    // A process has one operation at a time: its next completion ends the operation found.
    let mut open: BTreeMap<u64, usize> = BTreeMap::new();
    if wanted.ops.is_empty() {
        return Ok(ops);
    }
    let mut history = dir.read_history()?;
    while ops.len() < wanted.ops.len() || !open.is_empty() {
        let Some(bytes) = history.next_line()? else {
            break;
        };
        // A line that cannot be read is none that was asked for.
        let Ok(head) = serde_json::from_slice::<Head>(bytes) else {
            continue;
        };
        let begins = head.kind == EventKind::Invoke;
        if begins && !wanted.ops.contains(&head.index) {
            continue;
        }
        let ends = if begins {
            None
        } else {
            open.remove(&head.process)
        };
        if !begins && ends.is_none() {
            continue;
        }
        let Ok(line) = serde_json::from_slice::<HistoryLine>(bytes) else {
            continue;
        };
        match ends.and_then(|position| ops.get_mut(position)) {
            Some(op) => op.end = Some(quoted_end(&line)),
            None => {
                open.insert(head.process, ops.len());
                ops.push(quoted_op(line));
            }
        }
    }
    Ok(ops)
}

fn quoted_op(line: HistoryLine) -> QuotedOp {
    QuotedOp {
        index: line.index,
        time: line.time,
        process: line.process,
        node: line.node,
        f: line.f,
        key: line.key.as_ref().map(quoted_value),
        value: quoted_value(&line.value),
        message: line.message,
        is_final: line.is_final,
        end: None,
    }
}

fn quoted_end(line: &HistoryLine) -> QuotedEnd {
    QuotedEnd {
        time: line.time,
        kind: line.kind,
        value: quoted_value(&line.value),
        message: line.message,
        error: line.error.as_ref().map(quoted_error),
    }
}

fn quoted_value(value: &Value) -> String {
    shorten(&value.to_string(), QUOTE_CHARS)
}

fn quoted_error(error: &OpError) -> String {
    let name = match error.code {
        Some(code) => format!("error {code} ({})", error.name),
        None => error.name.clone(),
    };
    let text = if error.text.is_empty() {
        name
    } else {
        format!("{name}: {}", error.text)
    };
    shorten(&text, QUOTE_CHARS)
}

fn quote_messages(dir: &RunDir, ids: &BTreeSet<u64>) -> Result<Vec<QuotedMessage>, RunDirError> {
    let mut found: BTreeMap<u64, QuotedMessage> = BTreeMap::new();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    // To the end: a message may be delivered late, or twice.
    let mut journal = dir.read_journal()?;
    while let Some(bytes) = journal.next_line()? {
        let Some(id) = JournalLine::message_id_of(bytes) else {
            continue;
        };
        if !ids.contains(&id) {
            continue;
        }
        if let Ok(line) = JournalLine::parse(bytes) {
            add_step(&mut found, id, &line);
        }
    }
    Ok(found.into_values().collect())
}

fn add_step(found: &mut BTreeMap<u64, QuotedMessage>, id: u64, line: &JournalLine<'_>) {
    let message = found.entry(id).or_insert_with(|| QuotedMessage {
        id,
        src: line.src.as_deref().unwrap_or_default().to_owned(),
        dest: line.dest.as_deref().unwrap_or_default().to_owned(),
        body: String::new(),
        steps: Vec::new(),
    });
    if let Some(body) = line.body {
        message.body = shorten(body.get(), QUOTE_CHARS);
    }
    message.steps.push(QuotedStep {
        time: line.time,
        event: line.event.word().to_owned(),
        why: line.why.as_deref().map(str::to_owned),
    });
}
