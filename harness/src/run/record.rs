//! What is kept of a run while it lasts: history and journal on disk, checks in memory.

use std::borrow::Cow;

use checker::HistoryLine;
use protocol::RawValue;
use results::RunDir;
use results::run_dir::{HistoryWriter, JournalEvent, JournalLine, JournalWriter, RunDirError};
use serde_json::json;
use workloads::Event;
use workloads::event::{FaultEvent, MessageEvent, MessageStep, NodeEvent, NodeEventKind};
use workloads::run_checks::{Judgement, RunChecks};

/// Takes every event of a run to where it belongs.
pub(super) struct Record {
    history: HistoryWriter,
    journal: JournalWriter,
    checks: RunChecks,
    /// The first thing that could not be written; nothing is written after it.
    trouble: Option<RunDirError>,
}

/// A finished record.
pub(super) struct Finished {
    pub(super) judgement: Judgement,
    pub(super) journal_hash: String,
    pub(super) trouble: Option<RunDirError>,
}

impl Record {
    pub(super) fn begin(directory: &RunDir, checks: RunChecks) -> Result<Self, RunDirError> {
        let (history, journal) = (directory.history()?, directory.journal()?);
        Ok(Self {
            history,
            journal,
            checks,
            trouble: None,
        })
    }

    /// Takes an event. A disk that is full does not end the judging.
    pub(super) fn take(&mut self, event: &Event) {
        self.checks.on_event(event);
        if self.trouble.is_none() {
            self.trouble = self.write(event).err();
        }
    }

    fn write(&mut self, event: &Event) -> Result<(), RunDirError> {
        match event {
            Event::Invoke(invocation) => self.history.write(&HistoryLine::from(&**invocation)),
            Event::Complete(operation) => self.history.write(&HistoryLine::from(&**operation)),
            Event::Message(message) => self.journal.write(&message_line(message)),
            Event::Fault(fault) => {
                self.write_fault(fault)?;
                // A run that is killed later still shows what had been done to it.
                self.journal.flush()
            }
            Event::Node(node) => self.write_node(node),
        }
    }

    fn write_fault(&mut self, fault: &FaultEvent) -> Result<(), RunDirError> {
        let details = json!({
            "fault": fault.fault.word(), "begins": fault.begins, "nodes": fault.nodes,
        });
        let body = serde_json::value::to_raw_value(&details).unwrap_or_default();
        let verb = if fault.begins { "begins" } else { "ends" };
        self.journal.write(&JournalLine {
            body: Some(&body),
            why: Some(Cow::Owned(format!("{} ({verb})", fault.what))),
            ..JournalLine::new(fault.time_ns, JournalEvent::Fault)
        })
    }

    fn write_node(&mut self, event: &NodeEvent) -> Result<(), RunDirError> {
        let (why, body) = node_line(&event.kind);
        self.journal.write(&JournalLine {
            src: Some(Cow::Borrowed(&event.node)),
            body: body.as_deref(),
            why: Some(why),
            ..JournalLine::new(event.time_ns, JournalEvent::Node)
        })
    }

    /// Whether a check is already sure of a violation.
    pub(super) fn is_violated(&self) -> bool {
        self.checks.is_violated()
    }

    /// The run was stopped before its end.
    pub(super) fn cut_short(&mut self) {
        self.checks.cut_short();
    }

    pub(super) fn finish(self) -> Finished {
        let Self {
            mut history,
            journal,
            checks,
            trouble,
        } = self;
        let flushed = history.flush();
        let (journal_hash, hashed) = match journal.finish() {
            Ok(hash) => (hash, Ok(())),
            Err(error) => (String::new(), Err(error)),
        };
        let trouble = trouble.or(flushed.err()).or(hashed.err());
        Finished {
            judgement: checks.finish(),
            journal_hash,
            trouble,
        }
    }
}

fn message_line(message: &MessageEvent) -> JournalLine<'_> {
    let event = match message.step {
        MessageStep::Send => JournalEvent::Send,
        MessageStep::Deliver => JournalEvent::Deliver,
        MessageStep::Drop => JournalEvent::Drop,
    };
    JournalLine {
        id: Some(message.id),
        src: Some(Cow::Borrowed(&message.src)),
        dest: Some(Cow::Borrowed(&message.dest)),
        body: (message.step == MessageStep::Send).then_some(&*message.body),
        why: message.why.as_deref().map(Cow::Borrowed),
        ..JournalLine::new(message.time_ns, event)
    }
}

fn node_line(kind: &NodeEventKind) -> (Cow<'_, str>, Option<Box<RawValue>>) {
    let plain = |text| (Cow::Borrowed(text), None);
    match kind {
        NodeEventKind::Starting(1) => plain("its process is started"),
        NodeEventKind::Starting(n) => (
            Cow::Owned(format!("its process is started, time {n}")),
            None,
        ),
        NodeEventKind::Ready => plain("it takes part"),
        NodeEventKind::Killed => plain("it was killed by the nemesis"),
        NodeEventKind::Paused => plain("it was stopped by the nemesis"),
        NodeEventKind::Resumed => plain("it was continued by the nemesis"),
        NodeEventKind::Problem(problem) => {
            let details = json!({
                "problem": problem.problem, "hint": problem.hint,
                "message": problem.message, "op": problem.op,
            });
            let body = serde_json::value::to_raw_value(&details).ok();
            (Cow::Borrowed(&problem.what), body)
        }
    }
}
