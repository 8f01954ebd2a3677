//! Reading what a node writes, to the end and not longer.

use super::event::{NodeEventKind, Reporter};
use super::limits::Limits;
use super::lines::{LineSplitter, Piece};
use super::lock;
use super::stderr_log::StderrLog;
use bytes::BytesMut;
use std::sync::Mutex;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{ChildStderr, ChildStdout};
use tokio::sync::watch;
use tokio::time::Instant;

const CHUNK_BYTES: usize = 64 * 1024;

/// The largest buffer that an ordinary process can give a pipe: what a process wrote before it
/// ended is within so many bytes.
const PIPE_BYTES: usize = 1024 * 1024;

/// Reports the lines of stdout, and the incomplete last one.
pub(super) async fn pump_stdout(
    stdout: Option<ChildStdout>,
    limits: &Limits,
    reporter: &Reporter,
    exited: watch::Receiver<bool>,
) {
    let Some(mut stdout) = stdout else { return };
    let mut splitter = LineSplitter::new(limits.line_bytes);
    let mut end = End::new(exited, limits.drain);
    while end.read(&mut stdout, splitter.room(CHUNK_BYTES)).await {
        for piece in splitter.split() {
            match piece {
                Piece::Lines(block) => reporter.report_lines(block).await,
                Piece::TooLong(prefix) => {
                    let limit_bytes = limits.line_bytes;
                    reporter
                        .report(NodeEventKind::LineTooLong {
                            prefix,
                            limit_bytes,
                        })
                        .await;
                }
            }
        }
    }
    if let Some(rest) = splitter.finish() {
        reporter.report(NodeEventKind::PartialLine(rest)).await;
    }
}

/// Writes stderr to its log.
pub(super) async fn pump_stderr(
    stderr: Option<ChildStderr>,
    limits: &Limits,
    log: &Mutex<StderrLog>,
    exited: watch::Receiver<bool>,
) {
    let Some(mut stderr) = stderr else { return };
    let mut chunk = BytesMut::new();
    let mut end = End::new(exited, limits.drain);
    loop {
        chunk.reserve(CHUNK_BYTES);
        if !end.read(&mut stderr, &mut chunk).await {
            return;
        }
        lock(log).append(&chunk);
        chunk.clear();
        // Nothing else slows down a node that floods its stderr.
        tokio::task::yield_now().await;
    }
}

/// Knows when to stop reading: at the end of the stream or, if somebody holds it open after the
/// process ended, when what the process had written is read.
struct End {
    exited: watch::Receiver<bool>,
    drain: Duration,
    /// Set when the exit is seen.
    deadline: Option<Instant>,
    left_bytes: usize,
}

impl End {
    fn new(exited: watch::Receiver<bool>, drain: Duration) -> Self {
        Self {
            exited,
            drain,
            deadline: None,
            left_bytes: PIPE_BYTES,
        }
    }

    /// Reads some bytes; false when there is nothing more to read.
    async fn read(&mut self, stream: &mut (impl AsyncRead + Unpin), into: &mut BytesMut) -> bool {
        if self.deadline.is_none() {
            tokio::select! {
                biased;
                read = stream.read_buf(into) => return read.is_ok_and(|bytes| bytes > 0),
                _ = self.exited.wait_for(|exited| *exited) => {}
            }
        }
        #[expect(
            clippy::disallowed_methods,
            reason = "a pipe that stays open has no other end"
        )]
        let deadline = *self
            .deadline
            .get_or_insert_with(|| Instant::now() + self.drain);
        if self.left_bytes == 0 {
            return false;
        }
        tokio::select! {
            biased;
            read = stream.read_buf(into) => {
                let bytes = read.unwrap_or(0);
                self.left_bytes = self.left_bytes.saturating_sub(bytes);
                bytes > 0
            }
            () = tokio::time::sleep_until(deadline) => false,
        }
    }
}
