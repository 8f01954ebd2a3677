//! One transcript case against the real program: lines in, lines out, one process.
//!
//! When a line is sent is decided by `pacing`, what is kept of the output by `record`, and what is
//! said about the end by `note`; all three are pure. Here is the loop between them and the
//! supervisor.

#![expect(
    clippy::disallowed_methods,
    reason = "a program has until its deadline"
)]

mod note;
mod pacing;
mod record;
#[cfg(test)]
mod tests;

use std::io;
use std::path::Path;
use std::time::Duration;

use checker::Verdict;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};
use workloads::transcript::{Case, TranscriptResult};

use crate::supervisor::{
    Exit, ExitStatus, Limits, NodeEvent, NodeEventKind, Program, StartError, Supervisor,
};
use pacing::Pacing;
use record::Record;

/// How long a program that has said everything may take to exit by itself.
const GRACE: Duration = Duration::from_millis(300);
/// How long the operating system may take to start a process at all.
const START: Duration = Duration::from_secs(20);

/// What became of a case.
#[derive(Debug)]
pub struct TranscriptRun {
    /// What was expected and did not come. Its verdict and note also say how the program ended.
    pub result: TranscriptResult,
    /// How the program ended.
    pub ending: Ending,
    /// The last lines of its stderr.
    pub stderr_tail: Vec<String>,
    /// How long it ran.
    pub time: Duration,
}

/// How a program in a transcript ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// There was no process.
    NotStarted(StartError),
    /// By itself.
    Exited(ExitStatus),
    /// It was stopped when everything had come; a program need not exit at the end of its input.
    Stopped,
    /// It was stopped when its time was over.
    TimedOut,
    /// It was stopped because it wrote too much.
    TooMuch,
}

/// Runs a case in a directory: the program's own is `DIR/program`, its stderr is beside it.
///
/// # Errors
/// When the directory cannot be prepared.
pub async fn run_transcript(
    case: &Case,
    program: &Program,
    dir: &Path,
) -> io::Result<TranscriptRun> {
    let (sender, events) = mpsc::channel(64);
    let names = ["program".to_owned()];
    let supervisor = Supervisor::new(program, dir, &names, Limits::default(), sender)?;
    let now = Instant::now();
    let mut session = Session {
        case,
        supervisor,
        events,
        pacing: Pacing::new(&case.input, Duration::from_millis(case.timeout_ms)),
        record: Record::default(),
        started: None,
        deadline: now + START,
        complete: false,
        input_ended: false,
    };
    let ending = session.live().await;
    let time = session.elapsed();
    session.supervisor.shutdown().await;
    session.drain();
    let stderr_tail = session.supervisor.stderr_tail(0);
    let mut result = case.judge(&session.record.lines);
    let story = note::Story {
        case,
        ending: &ending,
        record: &session.record,
        stderr_tail: &stderr_tail,
        flush_hint: program.hint_for_flush(),
    };
    result.note = story.note(&result);
    if story.is_fatal() {
        result.verdict = Verdict::Invalid;
    }
    Ok(TranscriptRun {
        result,
        ending,
        stderr_tail,
        time,
    })
}

/// A case while its program runs.
struct Session<'a> {
    case: &'a Case,
    supervisor: Supervisor,
    events: mpsc::Receiver<NodeEvent>,
    pacing: Pacing<'a>,
    record: Record,
    started: Option<Instant>,
    deadline: Instant,
    /// Everything expected has come.
    complete: bool,
    input_ended: bool,
}

impl Session<'_> {
    /// Lets the program run until there is nothing more to wait for.
    async fn live(&mut self) -> Ending {
        self.supervisor.start(0);
        loop {
            self.send_what_may_be_sent();
            let wake = self.wake();
            tokio::select! {
                event = self.events.recv() => {
                    let Some(event) = event else { return Ending::Stopped };
                    if let Some(ending) = self.on_event(event.kind) {
                        return ending;
                    }
                }
                () = sleep_until(wake) => {
                    if Instant::now() >= self.deadline {
                        return if self.complete { Ending::Stopped } else { Ending::TimedOut };
                    }
                }
            }
        }
    }

    fn elapsed(&self) -> Duration {
        self.started
            .map_or(Duration::ZERO, |started| started.elapsed())
    }

    /// When to look again if nothing happens.
    fn wake(&self) -> Instant {
        match (self.started, self.pacing.wake()) {
            (Some(started), Some(wake)) => self.deadline.min(started + wake),
            _ => self.deadline,
        }
    }

    fn send_what_may_be_sent(&mut self) {
        if self.started.is_none() || self.input_ended {
            return;
        }
        let now = self.elapsed();
        while let Some(line) = self.pacing.take(now) {
            // A program that is gone already cannot take it; its end is reported.
            let _ = self.supervisor.send(0, line.as_bytes());
        }
        if self.pacing.is_done(now) {
            self.supervisor.close_stdin(0);
            self.input_ended = true;
            self.record.input_ends();
            self.look();
        }
    }

    fn on_event(&mut self, kind: NodeEventKind) -> Option<Ending> {
        match kind {
            NodeEventKind::Started { .. } => {
                let now = Instant::now();
                self.started = Some(now);
                self.deadline = now + Duration::from_millis(self.case.timeout_ms);
            }
            NodeEventKind::StartFailed(error) => return Some(Ending::NotStarted(error)),
            NodeEventKind::Exited(Exit { status, .. }) => return Some(Ending::Exited(status)),
            NodeEventKind::Lines(batch) => {
                for line in batch.iter() {
                    self.on_line(line);
                }
            }
            NodeEventKind::LineTooLong { prefix, .. } => self.on_line(&prefix),
            NodeEventKind::PartialLine(line) => self.on_line(&line),
        }
        if self.record.is_full() {
            return Some(Ending::TooMuch);
        }
        self.look();
        None
    }

    fn on_line(&mut self, line: &[u8]) {
        if let Some(line) = self.record.push(line) {
            self.pacing.on_output(line);
        }
    }

    /// Whether everything has come: then the program has a little time left to exit by itself.
    fn look(&mut self) {
        if self.complete || !self.input_ended || self.record.lines.len() < self.case.expected.len()
        {
            return;
        }
        if self.case.judge(&self.record.lines).missing.is_empty() {
            self.complete = true;
            self.deadline = self.deadline.min(Instant::now() + GRACE);
        }
    }

    /// Takes what had arrived when the program was stopped.
    fn drain(&mut self) {
        while let Ok(event) = self.events.try_recv() {
            self.on_event(event.kind);
        }
    }
}
