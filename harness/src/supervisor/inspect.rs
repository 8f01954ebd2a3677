//! Looking at a program before it is run. The operating system's own answer ("no such file") is
//! often about something else than the reader thinks, and for a file in no known format the C
//! library silently runs a shell.

use super::executable::{can_run, first_line_for, missing_interpreter};
use super::program::{Program, is_executable_file};
use super::start_error::StartError;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

impl Program {
    /// Looks at the program without running it. Call it on an `anchored` program.
    pub fn check(&self) -> Result<(), StartError> {
        let file = self.bin.clone();
        if self.is_bare_name() {
            let name = file.to_string_lossy().into_owned();
            return Err(StartError::NotInPath {
                name,
                is_here: file.is_file(),
            });
        }
        match fs::metadata(&file) {
            Err(error) => Err(cannot_be_seen(file, &error)),
            Ok(metadata) if metadata.is_dir() => Err(StartError::IsDirectory { file }),
            Ok(_) if !is_executable_file(&file) => Err(StartError::NotExecutable { file }),
            Ok(_) => check_content(&file),
        }
    }
}

fn cannot_be_seen(file: PathBuf, error: &io::Error) -> StartError {
    match error.kind() {
        io::ErrorKind::PermissionDenied => StartError::NoAccess {
            directory: closed_directory(&file),
        },
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
            let nearest = nearest_names(&file);
            StartError::NotFound { file, nearest }
        }
        _ => StartError::Other {
            file,
            reason: error.to_string(),
        },
    }
}

/// The first directory on the way to `file` that may not be entered.
fn closed_directory(file: &Path) -> PathBuf {
    use nix::unistd::{AccessFlags, access};
    let mut ancestors: Vec<&Path> = file.ancestors().skip(1).collect();
    ancestors.reverse();
    let closed = ancestors
        .into_iter()
        .find(|dir| access(*dir, AccessFlags::X_OK).is_err());
    closed.or(file.parent()).unwrap_or(file).to_owned()
}

/// At most three files beside `file` whose names are like its name, the likest first.
fn nearest_names(file: &Path) -> Vec<String> {
    let (Some(dir), Some(wanted)) = (file.parent(), file.file_name()) else {
        return Vec::new();
    };
    let wanted = wanted.to_string_lossy().to_lowercase();
    let names = fs::read_dir(dir).into_iter().flatten().flatten();
    let mut near: Vec<(usize, String)> = names
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .map(|name| {
            (
                strsim::damerau_levenshtein(&wanted, &name.to_lowercase()),
                name,
            )
        })
        .filter(|(distance, _)| *distance <= (wanted.len() / 3).max(1))
        .collect();
    near.sort();
    near.into_iter().take(3).map(|(_, name)| name).collect()
}

/// Whether the content of the file can be run.
fn check_content(file: &Path) -> Result<(), StartError> {
    // It may be executable without being readable.
    let Some(head) = read_head(file) else {
        return Ok(());
    };
    let file = file.to_owned();
    let Some(rest) = head.strip_prefix(b"#!") else {
        return match can_run(&head) {
            true => Ok(()),
            false => Err(StartError::NoFormat {
                first_line: first_line_for(&file, &head),
                file,
            }),
        };
    };
    let line = rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = String::from_utf8_lossy(line);
    match missing_interpreter(line.trim_end_matches('\r')) {
        Some(interpreter) => Err(StartError::NoInterpreter { file, interpreter }),
        None if line.ends_with('\r') => Err(StartError::WindowsLineEnds { file }),
        None => Ok(()),
    }
}

/// The beginning of the file.
fn read_head(file: &Path) -> Option<Vec<u8>> {
    let mut head = Vec::new();
    fs::File::open(file)
        .ok()?
        .take(256)
        .read_to_end(&mut head)
        .ok()?;
    Some(head)
}
