//! Operations as they were begun and ended, with their places in the history.

use checker::{Completion, EventKind, HistoryLine, Invocation, OpError, Operation};
use serde_json::Value;

use super::answer::End;
use super::clients::Op;

/// An operation that has ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Done {
    /// The operation as it stands in the history.
    pub op: Operation,
    /// The client, by its number.
    pub client: usize,
    /// The version of the value, where the answer had it.
    pub version: Option<Value>,
}

/// Gives operations their places in the history.
///
/// A client does one thing after the other. After an operation that may have happened it goes on as
/// another process, because the operation may still be under way.
#[derive(Debug, Default)]
pub struct Recorder {
    names: Vec<String>,
    /// By client: as which process it goes on.
    sessions: Vec<u64>,
    open: Vec<Option<Invocation>>,
    lines: Vec<HistoryLine>,
    done: Vec<Done>,
}

impl Recorder {
    /// For clients of these names.
    #[must_use]
    pub fn new(names: Vec<String>) -> Self {
        Self {
            sessions: vec![0; names.len()],
            open: vec![None; names.len()],
            names,
            lines: Vec::new(),
            done: Vec::new(),
        }
    }

    /// A client begins an operation; its line.
    pub fn begin(&mut self, client: usize, op: &Op, node: &str, time_ns: u64) -> &HistoryLine {
        let invocation = Invocation {
            index: self.lines.len() as u64,
            time_ns,
            process: client as u64 + self.sessions[client] * self.names.len() as u64,
            f: op.f().to_owned(),
            key: Some(Value::from(op.key.as_str())),
            value: op.value.as_deref().map_or(Value::Null, Value::from),
            node: node.to_owned(),
            message: None,
            is_final: false,
        };
        self.lines.push(HistoryLine::from(&invocation));
        self.open[client] = Some(invocation);
        &self.lines[self.lines.len() - 1]
    }

    /// The client's operation has ended; its line. Nothing if it had begun none.
    pub fn end(&mut self, client: usize, end: End, time_ns: u64) -> Option<&HistoryLine> {
        let invocation = self.open[client].take()?;
        if end.kind == EventKind::Info {
            self.sessions[client] += 1;
        }
        let completion = Completion {
            index: self.lines.len() as u64,
            time_ns,
            kind: end.kind,
            value: end.value,
            message: None,
            error: end.error,
        };
        let op = Operation {
            invocation,
            completion,
        };
        self.lines.push(HistoryLine::from(&op));
        let place = self
            .done
            .partition_point(|done| done.op.invocation.index < op.invocation.index);
        let done = Done {
            op,
            client,
            version: end.version,
        };
        self.done.insert(place, done);
        self.lines.last()
    }

    /// Nothing more is heard: ends what is open, which may have happened. The lines of that.
    pub fn interrupt(&mut self, time_ns: u64) -> &[HistoryLine] {
        let before = self.lines.len();
        for client in 0..self.open.len() {
            let asked = self.open[client].as_ref();
            let end = End {
                kind: EventKind::Info,
                value: asked.map_or(Value::Null, |asked| asked.value.clone()),
                version: None,
                error: Some(OpError {
                    code: None,
                    name: "interrupted".to_owned(),
                    text: "the run was over".to_owned(),
                }),
            };
            self.end(client, end, time_ns);
        }
        &self.lines[before..]
    }

    /// The operations, in the order in which they began.
    #[must_use]
    pub fn done(&self) -> &[Done] {
        &self.done
    }

    /// The messages of an operation, by its place among those done: request and answer.
    pub fn attach(&mut self, number: usize, [request, answer]: [Option<u64>; 2]) {
        let Some(Done { op, .. }) = self.done.get_mut(number) else {
            return;
        };
        op.invocation.message = request;
        op.completion.message = answer;
        self.lines[op.invocation.index as usize].message = request;
        self.lines[op.completion.index as usize].message = answer;
    }

    /// The history.
    #[must_use]
    pub fn lines(&self) -> &[HistoryLine] {
        &self.lines
    }

    /// What a process is called: its client, and as which of its processes.
    pub(super) fn name(&self, process: u64) -> String {
        let clients = self.names.len().max(1) as u64;
        let name = self.names.get((process % clients) as usize);
        let name = name.map_or("a client", String::as_str);
        match process / clients {
            0 => name.to_owned(),
            again => format!("{name}/{}", again + 1),
        }
    }
}
