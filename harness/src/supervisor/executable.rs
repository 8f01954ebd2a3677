//! What the first bytes of a file tell about how it is run.

use super::program::{find_in_path, is_executable_file};
use std::fs;
use std::io::Read;
use std::path::Path;

const ELF: &[u8] = b"\x7fELF";

/// What a first line (after `#!`) asks for, if it is not there.
pub(super) fn missing_interpreter(line: &str) -> Option<String> {
    let mut words = line.split_ascii_whitespace();
    let interpreter = words.next()?;
    if !is_executable_file(Path::new(interpreter)) {
        return Some(interpreter.to_owned());
    }
    if !interpreter.ends_with("/env") {
        return None;
    }
    // `env -S NAME=value program`: options and assignments come before the program.
    let program = words.find(|word| !word.starts_with('-') && !word.contains('='))?;
    let found = program.contains('/') || find_in_path(Path::new(program), Path::new("/")).is_some();
    (!found).then(|| program.to_owned())
}

/// Whether the kernel knows the format of a file without `#!` that begins with `head`. In doubt
/// yes.
pub(super) fn can_run(head: &[u8]) -> bool {
    if is_text(head) {
        return false;
    }
    if !cfg!(target_os = "linux") || has_format_handlers() {
        return true;
    }
    match (elf_machine(head), own_machine()) {
        (Some(theirs), Some(ours)) => theirs == ours || is_smaller_sister(theirs, ours),
        (theirs, _) => theirs.is_some(),
    }
}

/// The first line that a script of this kind should have.
pub(super) fn first_line_for(file: &Path, head: &[u8]) -> Option<&'static str> {
    match file.extension()?.to_str()? {
        _ if !is_text(head) => None,
        "py" => Some("#!/usr/bin/env python3"),
        "js" | "mjs" | "cjs" => Some("#!/usr/bin/env node"),
        "rb" => Some("#!/usr/bin/env ruby"),
        "sh" => Some("#!/bin/sh"),
        "pl" => Some("#!/usr/bin/env perl"),
        "lua" => Some("#!/usr/bin/env lua"),
        _ => None,
    }
}

fn is_text(head: &[u8]) -> bool {
    // The last character may be cut off.
    let is_utf8 = std::str::from_utf8(head).map_or_else(|e| e.error_len().is_none(), |_| true);
    is_utf8 && !head.contains(&0)
}

fn own_machine() -> Option<u16> {
    let mut head = [0; 20];
    fs::File::open("/proc/self/exe")
        .ok()?
        .read_exact(&mut head)
        .ok()?;
    elf_machine(&head)
}

/// The machine an ELF file is for. The field has the byte order of that machine; only little-endian
/// files are looked at closely.
fn elf_machine(head: &[u8]) -> Option<u16> {
    let field = head.strip_prefix(ELF)?.get(14..16)?;
    Some(u16::from_le_bytes([field[0], field[1]]))
}

/// 32-bit programs on 64-bit machines: x86 on x86-64, ARM on AArch64.
fn is_smaller_sister(theirs: u16, ours: u16) -> bool {
    matches!((theirs, ours), (3, 62) | (40, 183))
}

/// Whether somebody taught this kernel other formats (emulators, Java archives).
fn has_format_handlers() -> bool {
    let entries = fs::read_dir("/proc/sys/fs/binfmt_misc")
        .into_iter()
        .flatten()
        .flatten();
    entries
        .into_iter()
        .any(|entry| entry.file_name() != "register" && entry.file_name() != "status")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_very_program_can_be_run_and_text_cannot() {
        let head = fs::read(std::env::current_exe().unwrap()).unwrap();
        assert!(can_run(&head[..256]));
        assert!(!can_run("print('hé')\n".as_bytes()));
        assert!(
            !can_run(&"é".as_bytes()[..1]),
            "text that is cut within a character"
        );
        assert!(!can_run(b""));
    }

    #[test]
    fn a_first_line_may_use_env_with_options() {
        assert_eq!(missing_interpreter("/bin/sh -e"), None);
        assert_eq!(missing_interpreter(" /usr/bin/env sh"), None);
        assert_eq!(
            missing_interpreter("/usr/bin/env -S A=b no-such -u"),
            Some("no-such".into())
        );
        assert_eq!(
            missing_interpreter("/no/such/env sh"),
            Some("/no/such/env".into())
        );
    }
}
