//! What the supervisor reports, and the way it is reported without filling memory.
//!
//! Two bounds work together. The channel itself is bounded, and senders wait in the order in which
//! they came. In addition every node has a credit of `Limits::unread_bytes`: a batch of lines holds
//! a part of it until the receiver drops the batch. A node that prints without end therefore stops
//! at its own credit (its pipe fills up, and it blocks in `write`), long before it could fill the
//! channel for the others. Nothing the receiver calls on the supervisor waits for the channel, so
//! the two cannot wait for each other.

use super::start_error::StartError;
use bytes::Bytes;
use nix::sys::signal::Signal;
use std::fmt;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};

/// Something that happened to a node.
#[derive(Debug)]
pub struct NodeEvent {
    /// Index of the node in the list given to the supervisor.
    pub node: usize,
    /// Which start of that node this belongs to; the first is 1.
    pub incarnation: u32,
    /// What happened.
    pub kind: NodeEventKind,
}

/// The kinds of `NodeEvent`. Every start ends with exactly one `StartFailed` or `Exited`, and
/// nothing of that incarnation comes after it.
#[derive(Debug)]
pub enum NodeEventKind {
    /// The process runs. It comes before its first line.
    Started {
        /// Its process id, which is also the id of its process group and session.
        pid: u32,
    },
    /// There is no process, and why.
    StartFailed(StartError),
    /// Whole lines, in the order in which they were written.
    Lines(LineBatch),
    /// A line passed the limit. Its rest is skipped.
    LineTooLong {
        /// How the line begins.
        prefix: Bytes,
        /// The limit.
        limit_bytes: usize,
    },
    /// The output ended in the middle of a line.
    PartialLine(Bytes),
    /// The process is gone, with all the processes it started, and all it wrote was reported.
    Exited(Exit),
}

/// Lines of one node. Drop it when they are dealt with: the node's credit is given back then.
pub struct LineBatch {
    /// Whole lines, each with its newline.
    block: Bytes,
    _credit: Option<OwnedSemaphorePermit>,
}

impl LineBatch {
    /// The lines without their newlines.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let body = self.block.strip_suffix(b"\n").unwrap_or(&self.block);
        body.split(|byte| *byte == b'\n')
    }

    /// Size of the lines including their newlines.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.block.len()
    }
}

/// Only the size: a batch may be very long.
impl fmt::Debug for LineBatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LineBatch({} bytes)", self.block.len())
    }
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exit {
    /// Its exit code or signal.
    pub status: ExitStatus,
    /// The harness had killed it; this is not the node's fault.
    pub by_harness: bool,
}

/// What the operating system says about the end of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitStatus {
    /// It ended by itself, with this code.
    Code(i32),
    /// A signal ended it.
    Signal(i32),
    /// Somebody else collected the status.
    Unknown,
}

impl From<std::process::ExitStatus> for ExitStatus {
    fn from(status: std::process::ExitStatus) -> Self {
        use std::os::unix::process::ExitStatusExt;
        match (status.code(), status.signal()) {
            (Some(code), _) => Self::Code(code),
            (None, Some(signal)) => Self::Signal(signal),
            (None, None) => Self::Unknown,
        }
    }
}

impl fmt::Display for ExitStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "exit code {code}"),
            Self::Signal(number) => match Signal::try_from(*number) {
                Ok(signal) => write!(f, "signal {number} ({signal})"),
                Err(_) => write!(f, "signal {number}"),
            },
            Self::Unknown => write!(f, "an unknown exit status"),
        }
    }
}

/// The way from one incarnation to the receiver of events.
#[derive(Clone)]
pub(super) struct Reporter {
    pub(super) node: usize,
    pub(super) incarnation: u32,
    pub(super) events: mpsc::Sender<NodeEvent>,
    /// True once the supervisor shuts down: nobody may be listening any more.
    pub(super) closing: watch::Receiver<bool>,
    /// The node's credit for lines.
    pub(super) credit: Arc<Semaphore>,
    pub(super) credit_bytes: usize,
}

impl Reporter {
    /// Delivers an event, waiting for room. During shutdown events are dropped instead.
    pub(super) async fn report(&self, kind: NodeEventKind) {
        let event = NodeEvent {
            node: self.node,
            incarnation: self.incarnation,
            kind,
        };
        match self.events.try_send(event) {
            Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => {}
            Err(mpsc::error::TrySendError::Full(event)) => {
                tokio::select! {
                    _ = self.events.send(event) => {}
                    () = self.closed() => {}
                }
            }
        }
    }

    /// Delivers whole lines, waiting for the node's credit first.
    pub(super) async fn report_lines(&self, block: Bytes) {
        // A batch larger than the whole credit takes all of it.
        let share = u32::try_from(block.len().min(self.credit_bytes)).unwrap_or(u32::MAX);
        let credit = tokio::select! {
            credit = Arc::clone(&self.credit).acquire_many_owned(share) => credit.ok(),
            () = self.closed() => return,
        };
        self.report(NodeEventKind::Lines(LineBatch {
            block,
            _credit: credit,
        }))
        .await;
    }

    async fn closed(&self) {
        // An error means that the supervisor itself is gone, which is as good as closing.
        let _ = self.closing.clone().wait_for(|closing| *closing).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_gives_its_lines_without_newlines() {
        let batch = LineBatch {
            block: Bytes::from_static(b"a\n\nbc\n"),
            _credit: None,
        };
        assert_eq!(batch.iter().collect::<Vec<_>>(), [&b"a"[..], b"", b"bc"]);
        assert_eq!(batch.bytes(), 6);
    }

    #[test]
    fn an_exit_status_is_said_in_words() {
        assert_eq!(ExitStatus::Code(3).to_string(), "exit code 3");
        assert_eq!(ExitStatus::Signal(9).to_string(), "signal 9 (SIGKILL)");
    }
}
