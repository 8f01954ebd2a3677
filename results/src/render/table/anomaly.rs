//! What a check found: each anomaly with the messages that prove it.

use checker::{Anomaly, CheckResult, EventKind};

use super::super::style::{Style, Tone};
use super::super::text::{counted, moment, paragraph};
use super::grid::{Cell, Grid};
use super::http::shown;
use crate::document::{Evidence, QuotedMessage, QuotedOp, QuotedStep};

/// So many anomalies of a check are shown.
const ANOMALIES: usize = 3;

/// So many rows are shown of an anomaly: how it began, and how it ended.
const FIRST_ROWS: usize = 7;
const LAST_ROWS: usize = 5;

/// The first anomalies of a check; nothing if it has none.
pub(in super::super) fn evidence_of(
    check: &CheckResult,
    evidence: &Evidence,
    style: Style,
) -> String {
    let mut text = String::new();
    for anomaly in check.anomalies.iter().take(ANOMALIES) {
        let mut proof = String::new();
        if !check.summary.starts_with(&anomaly.summary) {
            proof += &paragraph(&anomaly.summary, 2, style.columns());
        }
        proof += &rows_of(anomaly, evidence, style);
        // The table of checks has said it all: a title with nothing below would say less.
        if proof.is_empty() && anomaly.nodes.is_empty() {
            continue;
        }
        if !text.is_empty() {
            text.push('\n');
        }
        text += &title_of(check, anomaly, style);
        text += &proof;
    }
    let more = check.anomalies.len().saturating_sub(ANOMALIES);
    if more > 0 {
        text += &format!("\n  {} in verdict.json\n", counted_more(more));
    }
    text
}

fn counted_more(n: usize) -> String {
    format!("{n} more {}", if n == 1 { "is" } else { "are" })
}

fn title_of(check: &CheckResult, anomaly: &Anomaly, style: Style) -> String {
    let kind = style.paint(Tone::Strong, &anomaly.kind);
    let nodes = match anomaly.nodes.as_slice() {
        [] => String::new(),
        nodes => format!(" on {}", nodes.join(", ")),
    };
    format!("{}: {kind}{nodes}\n", check.name)
}

/// One line of what happened.
struct Row {
    time: u64,
    op: String,
    way: String,
    what: String,
    tone: Tone,
}

/// Stands where rows were left out.
const GAP: &str = "...";

impl Row {
    fn shown_time(&self) -> String {
        match self.op.as_str() {
            GAP => GAP.to_owned(),
            _ => moment(self.time),
        }
    }
}

fn rows_of(anomaly: &Anomaly, evidence: &Evidence, style: Style) -> String {
    let ops: Vec<&QuotedOp> = anomaly
        .ops
        .iter()
        .filter_map(|op| evidence.op(*op))
        .collect();
    let mut rows: Vec<Row> = ops.iter().flat_map(|op| op_rows(op, evidence)).collect();
    let of_ops = |id: u64| {
        let end = |op: &QuotedOp| op.end.as_ref().and_then(|end| end.message);
        ops.iter()
            .any(|op| op.message == Some(id) || end(op) == Some(id))
    };
    let others = anomaly.messages.iter().filter(|id| !of_ops(**id));
    rows.extend(
        others
            .filter_map(|id| evidence.message(*id))
            .flat_map(message_rows),
    );
    if rows.is_empty() {
        return String::new();
    }
    rows.sort_by_key(|row| row.time);
    let more = leave_out_the_middle(&mut rows);
    let mut grid = Grid::new(&["op", "time", "from → to", "message"]).right(1);
    for row in rows {
        let time = row.shown_time();
        let what = Cell::new(row.tone, row.what);
        grid.push(vec![row.op.into(), time.into(), row.way.into(), what]);
    }
    let mut text = grid.render(style, 2);
    if more > 0 {
        text += &format!(
            "  {} left out here; see the record\n",
            counted(more as u64, "line")
        );
    }
    text
}

/// Shortens a long list to its beginning and its end, with a row between them that says so; gives
/// how many were left out.
fn leave_out_the_middle(rows: &mut Vec<Row>) -> usize {
    let more = rows.len().saturating_sub(FIRST_ROWS + LAST_ROWS);
    if more > 0 {
        let last = rows.split_off(rows.len() - LAST_ROWS);
        rows.truncate(FIRST_ROWS);
        let time = last[0].time;
        let text = GAP.to_owned();
        rows.push(Row {
            time,
            op: text.clone(),
            way: text.clone(),
            what: text,
            tone: Tone::Faint,
        });
        rows.extend(last);
    }
    more
}

/// The request and the reply of an operation, or what became of it instead.
fn op_rows(op: &QuotedOp, evidence: &Evidence) -> Vec<Row> {
    let node = op.node.as_deref().unwrap_or("?");
    let quoted = |id: Option<u64>| id.and_then(|id| evidence.message(id));
    let request = quoted(op.message);
    let client = request.map_or("client", |message| message.src.as_str());
    let mut rows = vec![Row {
        time: op.time,
        op: if op.is_final {
            format!("#{} final", op.index)
        } else {
            format!("#{}", op.index)
        },
        way: format!("{client} → {node}"),
        what: request.map_or_else(|| in_words(op), |message| shown(&message.body)),
        tone: Tone::Plain,
    }];
    let Some(end) = &op.end else { return rows };
    let reply = quoted(end.message);
    let value = || format!("{}: {}", word(end.kind), end.value);
    rows.push(Row {
        time: end.time,
        op: format!("#{}", op.index),
        way: reply.map_or_else(String::new, |_| format!("{node} → {client}")),
        what: match (reply, &end.error) {
            (Some(message), _) => shown(&message.body),
            (None, Some(error)) => format!("{}: {error}", word(end.kind)),
            (None, None) => value(),
        },
        tone: if end.kind == EventKind::Ok {
            Tone::Plain
        } else {
            Tone::Unsure
        },
    });
    rows
}

fn in_words(op: &QuotedOp) -> String {
    let key = op
        .key
        .as_ref()
        .map(|key| format!(" {key}"))
        .unwrap_or_default();
    let value = if op.value == "null" {
        String::new()
    } else {
        format!(" {}", op.value)
    };
    format!("{}{key}{value}", op.f)
}

/// How an operation ended, for people.
fn word(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Invoke | EventKind::Ok => "ok",
        EventKind::Fail => "failed",
        EventKind::Info => "indeterminate",
    }
}

/// A message that belongs to no operation shown: where it was sent, and its end if it was lost.
fn message_rows(message: &QuotedMessage) -> Vec<Row> {
    let row = |step: &QuotedStep| {
        let why = step
            .why
            .as_ref()
            .map(|why| format!(": {why}"))
            .unwrap_or_default();
        let lost = step.event == "drop";
        Row {
            time: step.time,
            op: String::new(),
            way: format!("{} → {}", message.src, message.dest),
            what: if lost {
                format!("lost{why}")
            } else {
                shown(&message.body)
            },
            tone: if lost { Tone::Unsure } else { Tone::Plain },
        }
    };
    let shown = |step: &&QuotedStep| step.event != "deliver";
    message.steps.iter().filter(shown).map(row).collect()
}
