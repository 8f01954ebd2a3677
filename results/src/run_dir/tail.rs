//! The last lines of a text file, without reading all of it.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use crate::quote;

/// What is looked at of a file's end.
const TAIL_BYTES: u64 = 16 * 1024;

/// A line is quoted with at most so many characters.
const LINE_CHARS: usize = 300;

/// The last lines of a file, as text, shortened; blank ones are left out.
pub fn tail_of(path: &Path, lines: usize) -> io::Result<Vec<String>> {
    let mut file = File::open(path)?;
    let len = file.metadata()?.len();
    file.seek(SeekFrom::Start(len.saturating_sub(TAIL_BYTES)))?;
    let mut bytes = Vec::new();
    file.take(TAIL_BYTES).read_to_end(&mut bytes)?;
    let mut last: Vec<String> = bytes
        .split(|b| *b == b'\n')
        .rev()
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .filter(|line| !line.trim_ascii().is_empty())
        .take(lines)
        .map(|line| quote::shorten_bytes(line, LINE_CHARS))
        .collect();
    last.reverse();
    Ok(last)
}
