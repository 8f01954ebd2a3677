//! A node's stderr: a bounded file, and its last lines in memory.

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// The most that is kept of one line of the tail.
const TAIL_LINE_BYTES: usize = 1000;

/// One per node; restarts of the node append to it.
pub(crate) struct StderrLog {
    file: File,
    written_bytes: u64,
    limit_bytes: u64,
    truncated: bool,
    tail: VecDeque<String>,
    tail_lines: usize,
    /// The line that is being written now.
    unfinished: Vec<u8>,
}

impl StderrLog {
    pub(crate) fn open(path: &Path, limit_bytes: u64, tail_lines: usize) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok(Self {
            written_bytes: file.metadata()?.len(),
            file,
            limit_bytes,
            truncated: false,
            tail: VecDeque::new(),
            tail_lines,
            unfinished: Vec::new(),
        })
    }

    /// Takes what the node wrote. A full disk counts as truncation: the run goes on.
    pub(crate) fn append(&mut self, bytes: &[u8]) {
        self.append_to_file(bytes);
        for byte in bytes {
            match byte {
                b'\n' => self.finish_line(),
                _ if self.unfinished.len() < TAIL_LINE_BYTES => self.unfinished.push(*byte),
                _ => {}
            }
        }
    }

    pub(crate) fn tail(&self) -> Vec<String> {
        let unfinished = (!self.unfinished.is_empty()).then(|| text(&self.unfinished));
        self.tail.iter().cloned().chain(unfinished).collect()
    }

    pub(crate) fn truncated(&self) -> bool {
        self.truncated
    }

    fn append_to_file(&mut self, bytes: &[u8]) {
        if self.truncated {
            return;
        }
        let room = self.limit_bytes.saturating_sub(self.written_bytes);
        let fits = bytes.len().min(usize::try_from(room).unwrap_or(usize::MAX));
        let mut failed = self.file.write_all(&bytes[..fits]).is_err();
        self.written_bytes += fits as u64;
        if fits < bytes.len() {
            let note = format!(
                "\n[the rest is left out: the log is limited to {} bytes]\n",
                self.limit_bytes
            );
            failed |= self.file.write_all(note.as_bytes()).is_err();
            self.truncated = true;
        }
        self.truncated |= failed;
    }

    fn finish_line(&mut self) {
        if self.tail.len() == self.tail_lines {
            self.tail.pop_front();
        }
        self.tail.push_back(text(&self.unfinished));
        self.unfinished.clear();
    }
}

fn text(line: &[u8]) -> String {
    String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_bounded_and_the_tail_goes_on() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("n0.stderr.log");
        let mut log = StderrLog::open(&path, 10, 2).unwrap();
        log.append(b"first\nsec");
        assert!(!log.truncated());
        log.append(b"ond\nthird\nfour");
        assert!(log.truncated());
        assert_eq!(log.tail(), ["second", "third", "four"]);
        let file = std::fs::read_to_string(&path).unwrap();
        assert!(file.starts_with("first\nseco\n[the rest"), "{file}");
    }
}
