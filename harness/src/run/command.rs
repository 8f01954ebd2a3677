//! The command line that does a run again.

use std::path::Path;

use serde_json::Value;
use workloads::RunOptions;
use workloads::random::Seed;

use crate::supervisor::Program;

/// The program and its arguments, as in documents.
#[must_use]
pub fn program_words(program: &Program) -> Vec<String> {
    let bin = program.bin.to_string_lossy().into_owned();
    std::iter::once(bin)
        .chain(program.args.iter().cloned())
        .collect()
}

/// `splitbrain grade ...` with the same seed.
#[must_use]
pub fn grade_command(
    program: Option<&Program>,
    dir: Option<&Path>,
    seed: Seed,
    suite: &str,
) -> String {
    again_command(("grade", suite), program, dir, seed)
}

/// A command that takes a program, a directory of programs, or both, with the same seed.
#[must_use]
pub fn again_command(
    (command, what): (&str, &str),
    program: Option<&Program>,
    dir: Option<&Path>,
    seed: Seed,
) -> String {
    let mut text = format!("splitbrain {command} {}", quoted(what));
    if let Some(program) = program {
        text += &format!(" --bin {}", quoted(&program.bin.to_string_lossy()));
    }
    if let Some(dir) = dir {
        text += &format!(" --dir {}", quoted(&dir.to_string_lossy()));
    }
    text += &format!(" --seed {seed}");
    let args = program.map_or(&[][..], |program| &program.args);
    if !args.is_empty() {
        text.push_str(" --");
        for arg in args {
            text.push(' ');
            text.push_str(&quoted(arg));
        }
    }
    text
}

/// `splitbrain replay DIR`.
#[must_use]
pub fn replay_command(directory: &Path) -> String {
    format!("splitbrain replay {}", quoted(&directory.to_string_lossy()))
}

/// `splitbrain test ...` with everything that is not a default.
#[must_use]
pub fn test_command(program: &Program, seed: Seed, options: &RunOptions) -> String {
    let mut words = vec!["splitbrain".to_owned(), "test".to_owned(), "-w".to_owned()];
    words.push(options.workload.clone());
    words.push("--bin".to_owned());
    words.push(quoted(&program.bin.to_string_lossy()));
    words.extend(flags(options));
    words.push("--seed".to_owned());
    words.push(seed.to_string());
    if !program.args.is_empty() {
        words.push("--".to_owned());
        words.extend(program.args.iter().map(|a| quoted(a)));
    }
    words.join(" ")
}

/// The flags for all options that differ from their defaults. Every key of [`RunOptions`] is a
/// flag of the same name, so that nothing can be forgotten here.
fn flags(options: &RunOptions) -> Vec<String> {
    let fields = |o: &RunOptions| match serde_json::to_value(o) {
        Ok(Value::Object(fields)) => fields,
        _ => serde_json::Map::new(),
    };
    let defaults = fields(&RunOptions::default());
    let mut words = Vec::new();
    for (key, value) in fields(options) {
        if key == "workload" || defaults.get(&key) == Some(&value) {
            continue;
        }
        words.push(format!("--{}", key.replace('_', "-")));
        match value {
            Value::Bool(_) => {}
            Value::Array(items) => {
                let items: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
                words.push(items.join(","));
            }
            Value::String(text) => words.push(quoted(&text)),
            other => words.push(plain_number(&other.to_string())),
        }
    }
    words
}

/// `20` instead of `20.0`.
fn plain_number(text: &str) -> String {
    text.strip_suffix(".0").unwrap_or(text).to_owned()
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use workloads::options::{Concurrency, Fault};

    #[test]
    fn only_what_differs_from_the_defaults_is_said() {
        let program = Program {
            bin: "./my node.py".into(),
            args: vec!["-v".to_owned(), "it's".to_owned()],
            env: Vec::new(),
            dir: None,
        };
        let options = RunOptions {
            workload: "broadcast".to_owned(),
            time_limit: 20.0,
            concurrency: Concurrency::PerNode(2),
            nemesis: vec![Fault::Partition, Fault::Kill],
            lenient: true,
            ..RunOptions::default()
        };
        assert_eq!(
            test_command(&program, Seed(42), &options),
            "splitbrain test -w broadcast --bin './my node.py' --concurrency 2n --lenient \
             --nemesis partition,kill --time-limit 20 --seed 0x2a -- -v 'it'\\''s'"
        );
    }
}
