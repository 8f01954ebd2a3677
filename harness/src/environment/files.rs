//! The files that nodes are started from, and their hashes.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use results::document::{FileRole, ProgramFile};

use crate::supervisor::{Program, find_in_path};

/// A script whose interpreter is a script, and so on: the kernel follows so many.
const INTERPRETERS: usize = 5;

/// The program, what runs it, and its arguments that are files.
pub(super) fn files_of(program: &Program) -> Vec<ProgramFile> {
    let mut files = vec![file(FileRole::Program, &program.bin)];
    let mut script = program.bin.clone();
    for _ in 0..INTERPRETERS {
        let found = interpreters_of(&script);
        files.extend(found.iter().map(|path| file(FileRole::Interpreter, path)));
        match found.last() {
            Some(last) => script.clone_from(last),
            None => break,
        }
    }
    let arguments = program.args.iter().map(Path::new);
    let is_file = |path: &&Path| path.is_absolute() && path.is_file();
    files.extend(
        arguments
            .filter(is_file)
            .map(|path| file(FileRole::Argument, path)),
    );
    files
}

fn file(role: FileRole, path: &Path) -> ProgramFile {
    ProgramFile {
        role,
        path: path.to_string_lossy().into_owned(),
        bytes: fs::metadata(path).map_or(0, |m| m.len()),
        hash: hash(path),
    }
}

/// What the first line of a script names: its interpreter, and with `env` also what that finds.
fn interpreters_of(script: &Path) -> Vec<PathBuf> {
    let Some(line) = first_line(script) else {
        return Vec::new();
    };
    let mut words = line.split_ascii_whitespace();
    let Some(interpreter) = words.next().map(PathBuf::from) else {
        return Vec::new();
    };
    let is_env = interpreter.file_name().is_some_and(|name| name == "env");
    // `env -S NAME=value program`: options and assignments come before the program.
    let named = words.find(|word| !word.starts_with('-') && !word.contains('='));
    let found = named
        .filter(|_| is_env)
        .and_then(|name| find_in_path(Path::new(name), Path::new("/")));
    [Some(interpreter), found].into_iter().flatten().collect()
}

/// What follows `#!` in the first line, if the file begins like that.
fn first_line(script: &Path) -> Option<String> {
    let mut head = Vec::new();
    File::open(script)
        .ok()?
        .take(256)
        .read_to_end(&mut head)
        .ok()?;
    let line = head.strip_prefix(b"#!")?.split(|b| *b == b'\n').next()?;
    String::from_utf8(line.to_vec()).ok()
}

/// The hash of the program that is running.
pub(super) fn hash_of_this_program() -> String {
    std::env::current_exe().map_or_else(|_| String::new(), |path| hash(&path))
}

/// `blake3:...`, or nothing if the file cannot be read.
fn hash(path: &Path) -> String {
    let read = || -> io::Result<String> {
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(File::open(path)?)?;
        Ok(format!("blake3:{}", hasher.finalize().to_hex()))
    };
    read().unwrap_or_default()
}
