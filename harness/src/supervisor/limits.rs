//! The bounds that keep one node from taking the memory or the disk of everybody.

use std::time::Duration;

const MIB: usize = 1024 * 1024;

/// What one node may use up.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Lines waiting for the node to read its stdin; when so much waits, no more is taken.
    pub stdin_backlog_bytes: usize,
    /// The longest line of stdout that is passed on.
    pub line_bytes: usize,
    /// Lines read from the node but not yet taken by the receiver of events.
    pub unread_bytes: usize,
    /// Size of the stderr log; more is dropped, and noted.
    pub stderr_bytes: u64,
    /// Last lines of stderr that are kept in memory.
    pub stderr_tail_lines: usize,
    /// After a process ended: how long to wait for output while somebody else (a child it left
    /// behind) still holds its stdout or stderr open.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // More than the longest line, which could otherwise never be delivered.
            stdin_backlog_bytes: 20 * MIB,
            line_bytes: 16 * MIB,
            unread_bytes: MIB / 4,
            stderr_bytes: 8 * MIB as u64,
            stderr_tail_lines: 32,
            drain: Duration::from_millis(200),
        }
    }
}
