//! The lines on their way to a node's stdin: bounded in bytes, and never in the harness's way.

use super::lock;
use std::fmt;
use std::sync::Mutex;
use tokio::io::AsyncWriteExt;
use tokio::process::ChildStdin;
use tokio::sync::Notify;

/// The most that is handed to one `write`.
const WRITE_BYTES: usize = 64 * 1024;

/// Why a line was not queued for a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undelivered {
    /// The node does not read its stdin: so many bytes are waiting already.
    Full {
        /// Bytes that wait for the node.
        queued_bytes: usize,
    },
    /// The node, or the harness, closed this stdin.
    StdinClosed,
    /// The node has no process now.
    NotRunning,
}

impl fmt::Display for Undelivered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full { queued_bytes } => {
                write!(
                    f,
                    "the node does not read its stdin ({queued_bytes} bytes are waiting)"
                )
            }
            Self::StdinClosed => write!(f, "the node's stdin is closed"),
            Self::NotRunning => write!(f, "the node is not running"),
        }
    }
}

impl std::error::Error for Undelivered {}

/// The queue of one incarnation. Lines are joined in one buffer, so that many small lines become
/// one `write`.
pub(super) struct Outbox {
    queue: Mutex<Queue>,
    changed: Notify,
    limit_bytes: usize,
}

#[derive(Default)]
struct Queue {
    pending: Vec<u8>,
    /// Taken from `pending` by the writer, but not written yet.
    in_flight_bytes: usize,
    /// No more lines will come; close stdin when all is written.
    ending: bool,
    /// Nobody reads at the other end.
    broken: bool,
}

impl Outbox {
    pub(super) fn new(limit_bytes: usize) -> Self {
        Self {
            queue: Mutex::default(),
            changed: Notify::new(),
            limit_bytes,
        }
    }

    /// Queues `line` and a newline.
    pub(super) fn push(&self, line: &[u8]) -> Result<(), Undelivered> {
        let mut queue = lock(&self.queue);
        if queue.ending || queue.broken {
            return Err(Undelivered::StdinClosed);
        }
        let queued_bytes = queue.pending.len() + queue.in_flight_bytes;
        // One line may pass the limit, so that the longest line of stdout fits into a stdin.
        if queued_bytes >= self.limit_bytes {
            return Err(Undelivered::Full { queued_bytes });
        }
        queue.pending.extend_from_slice(line);
        queue.pending.push(b'\n');
        self.changed.notify_one();
        Ok(())
    }

    /// Closes stdin after what is queued.
    pub(super) fn end(&self) {
        lock(&self.queue).ending = true;
        self.changed.notify_one();
    }

    /// Writes what is queued until the end is asked for or the node stops reading for good. That
    /// it closed its stdin (EPIPE) is its own business and no error of the harness.
    pub(super) async fn feed(&self, mut stdin: ChildStdin) {
        while let Some(block) = self.next_block().await {
            for part in block.chunks(WRITE_BYTES) {
                if stdin.write_all(part).await.is_err() {
                    return self.give_up();
                }
                lock(&self.queue).in_flight_bytes -= part.len();
            }
        }
    }

    async fn next_block(&self) -> Option<Vec<u8>> {
        loop {
            {
                let mut queue = lock(&self.queue);
                if !queue.pending.is_empty() {
                    let block = std::mem::take(&mut queue.pending);
                    queue.in_flight_bytes = block.len();
                    return Some(block);
                }
                if queue.ending {
                    return None;
                }
            }
            self.changed.notified().await;
        }
    }

    fn give_up(&self) {
        *lock(&self.queue) = Queue {
            broken: true,
            ..Queue::default()
        };
    }
}
