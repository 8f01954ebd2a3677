//! `journal.jsonl.zst`: every message and fault, one a line, compressed and hashed on the way.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use zstd::stream::read::Decoder;
use zstd::stream::write::Encoder;

use super::history::FLUSH_INTERVAL_NS;
use super::{JournalLine, RunDirError};

/// The fastest of the ordinary levels: the journal is written while nodes are waiting.
const LEVEL: i32 = 1;

/// So much is collected before it is hashed and compressed at one go.
const BLOCK_BYTES: usize = 64 * 1024;

/// Writes the journal. Its memory does not grow with its length.
pub struct JournalWriter {
    path: PathBuf,
    encoder: Encoder<'static, File>,
    hasher: blake3::Hasher,
    block: Vec<u8>,
    flushed_ns: u64,
}

impl JournalWriter {
    pub(super) fn create(path: &Path) -> Result<Self, RunDirError> {
        let encoder = File::create(path)
            .and_then(|file| Encoder::new(file, LEVEL))
            .map_err(RunDirError::create(path))?;
        Ok(Self {
            path: path.to_owned(),
            encoder,
            hasher: blake3::Hasher::new(),
            block: Vec::with_capacity(BLOCK_BYTES + 4096),
            flushed_ns: 0,
        })
    }

    /// Appends a line. It reaches the file after a fifth of a second of the run's time at the
    /// latest, provided that further lines come.
    pub fn write(&mut self, line: &JournalLine<'_>) -> Result<(), RunDirError> {
        line.write_to(&mut self.block);
        self.after_line(line.time)
    }

    /// Appends a line that is written already, with its newline, of this time.
    pub fn write_line(&mut self, time_ns: u64, line: &[u8]) -> Result<(), RunDirError> {
        self.block.extend_from_slice(line);
        self.after_line(time_ns)
    }

    /// Hands what is buffered to the file, so that a kill does not lose it. Costs a little
    /// compression: meant for faults and quiet moments, not for every line.
    pub fn flush(&mut self) -> Result<(), RunDirError> {
        self.compress_block()
            .and_then(|()| self.encoder.flush())
            .map_err(RunDirError::write(&self.path))
    }

    /// Ends the journal and gives its hash, `blake3:...`, which is that of the uncompressed bytes.
    pub fn finish(mut self) -> Result<String, RunDirError> {
        self.compress_block()
            .and_then(|()| self.encoder.do_finish())
            .map_err(RunDirError::write(&self.path))?;
        Ok(hash_text(&self.hasher))
    }

    fn after_line(&mut self, time_ns: u64) -> Result<(), RunDirError> {
        if time_ns.saturating_sub(self.flushed_ns) >= FLUSH_INTERVAL_NS {
            self.flushed_ns = time_ns;
            return self.flush();
        }
        if self.block.len() >= BLOCK_BYTES {
            self.compress_block()
                .map_err(RunDirError::write(&self.path))?;
        }
        Ok(())
    }

    fn compress_block(&mut self) -> io::Result<()> {
        self.hasher.update(&self.block);
        let written = self.encoder.write_all(&self.block);
        self.block.clear();
        // A line of megabytes must not be paid for until the end of the run.
        self.block.shrink_to(2 * BLOCK_BYTES);
        written
    }
}

impl Drop for JournalWriter {
    /// A journal that was not finished, because of a panic or an error elsewhere, keeps its lines.
    fn drop(&mut self) {
        if !self.block.is_empty() {
            let _ = self.flush();
        }
    }
}

impl std::fmt::Debug for JournalWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("JournalWriter")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// Reads a journal line by line, up to the last complete line of what was written.
pub struct JournalReader {
    path: PathBuf,
    lines: BufReader<Decoder<'static, BufReader<File>>>,
    line: Vec<u8>,
    truncated: bool,
}

impl JournalReader {
    pub(super) fn open(path: &Path) -> Result<Self, RunDirError> {
        let decoder = File::open(path)
            .and_then(Decoder::new)
            .map_err(RunDirError::read(path))?;
        let lines = BufReader::with_capacity(BLOCK_BYTES, decoder);
        Ok(Self {
            path: path.to_owned(),
            lines,
            line: Vec::new(),
            truncated: false,
        })
    }

    /// The next line's bytes without the newline, or nothing at the end.
    pub fn next_line(&mut self) -> Result<Option<&[u8]>, RunDirError> {
        self.line.clear();
        match self.lines.read_until(b'\n', &mut self.line) {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => self.truncated = true,
            Err(error) => return Err(RunDirError::read(&self.path)(error)),
        }
        if !self.line.is_empty() && !self.line.ends_with(b"\n") {
            self.truncated = true;
        }
        Ok(self.line.strip_suffix(b"\n"))
    }

    /// The line that was read last, if there was one.
    #[must_use]
    pub fn last_line(&self) -> Option<&[u8]> {
        self.line.strip_suffix(b"\n")
    }

    /// Whether the journal turned out to lack its end, as after a kill. Known at the end.
    #[must_use]
    pub fn is_truncated(&self) -> bool {
        self.truncated
    }
}

impl std::fmt::Debug for JournalReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("JournalReader")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// The hash of a journal's uncompressed bytes, `blake3:...`.
pub fn hash_of_journal(path: &Path) -> Result<String, RunDirError> {
    let read = || -> io::Result<String> {
        let mut decoder = Decoder::new(File::open(path)?)?;
        let mut hasher = blake3::Hasher::new();
        let mut block = vec![0; BLOCK_BYTES];
        loop {
            match decoder.read(&mut block)? {
                0 => return Ok(hash_text(&hasher)),
                n => hasher.update(&block[..n]),
            };
        }
    };
    read().map_err(RunDirError::read(path))
}

fn hash_text(hasher: &blake3::Hasher) -> String {
    format!("blake3:{}", hasher.finalize().to_hex())
}
