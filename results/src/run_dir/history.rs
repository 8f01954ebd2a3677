//! `history.jsonl`: every invocation and completion, one a line.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use checker::HistoryLine;

use super::RunDirError;

/// After so much time of the run, what is buffered goes to the file with the next line.
pub(super) const FLUSH_INTERVAL_NS: u64 = 200_000_000;

/// Writes the history.
#[derive(Debug)]
pub struct HistoryWriter {
    path: PathBuf,
    file: BufWriter<File>,
    flushed_ns: u64,
}

impl HistoryWriter {
    pub(super) fn create(path: &Path) -> Result<Self, RunDirError> {
        let file = File::create(path).map_err(RunDirError::create(path))?;
        Ok(Self {
            path: path.to_owned(),
            file: BufWriter::new(file),
            flushed_ns: 0,
        })
    }

    /// Begins the file again, without any line.
    pub fn anew(self) -> Result<Self, RunDirError> {
        Self::create(&self.path)
    }

    /// Appends a line. It reaches the file after a fifth of a second of the run's time at the
    /// latest, provided that further lines come.
    pub fn write(&mut self, line: &HistoryLine) -> Result<(), RunDirError> {
        serde_json::to_writer(&mut self.file, line)
            .map_err(std::io::Error::from)
            .and_then(|()| self.file.write_all(b"\n"))
            .map_err(RunDirError::write(&self.path))?;
        if line.time.saturating_sub(self.flushed_ns) >= FLUSH_INTERVAL_NS {
            self.flushed_ns = line.time;
            self.flush()?;
        }
        Ok(())
    }

    /// Hands what is buffered to the file, so that a kill does not lose it.
    pub fn flush(&mut self) -> Result<(), RunDirError> {
        self.file.flush().map_err(RunDirError::write(&self.path))
    }
}

/// Reads a history line by line. A last line without its end, as a kill leaves it, is not read.
#[derive(Debug)]
pub struct HistoryReader {
    path: PathBuf,
    lines: BufReader<File>,
    line: Vec<u8>,
}

impl HistoryReader {
    pub(super) fn open(path: &Path) -> Result<Self, RunDirError> {
        let file = File::open(path).map_err(RunDirError::read(path))?;
        Ok(Self {
            path: path.to_owned(),
            lines: BufReader::new(file),
            line: Vec::new(),
        })
    }

    /// The next line's bytes, or nothing at the end.
    pub fn next_line(&mut self) -> Result<Option<&[u8]>, RunDirError> {
        self.line.clear();
        self.lines
            .read_until(b'\n', &mut self.line)
            .map_err(RunDirError::read(&self.path))?;
        Ok(self.line.strip_suffix(b"\n"))
    }
}
