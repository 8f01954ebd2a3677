//! `splitbrain/environment/1`: what a run stood on, so that a replay that differs can say why.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a run stood on besides its plan: `environment.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EnvironmentDocument {
    /// The name and version of this format.
    pub schema: String,
    /// Splitbrain itself.
    pub harness: Harness,
    /// What gave the nodes their time: `real`, or the name and version of the virtual clock.
    pub time: String,
    /// The kernel and its release.
    pub kernel: String,
    /// The processor.
    pub processor: Processor,
    /// How many processors programs saw.
    pub visible_cpus: u32,
    /// What the process was allowed: its user, capabilities, seccomp filters, container.
    pub rights: Vec<String>,
    /// Where Splitbrain was started: the paths in `bin` hold from there.
    pub directory: String,
    /// The files that the nodes were started from: the program, its interpreters, its arguments
    /// that are files.
    pub program: Vec<ProgramFile>,
    /// The environment variables that nodes were given, as far as they are the same for all.
    pub variables: BTreeMap<String, String>,
    /// Where the nodes' directories were; absent in virtual time, where it is always the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nodes_dir: Option<String>,
}

/// Splitbrain itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Harness {
    /// Its version.
    pub version: String,
    /// The hash of its executable; empty where it could not be read.
    pub hash: String,
}

/// The processor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Processor {
    /// As the kernel calls it.
    pub model: String,
    /// Its features by which libraries choose between several versions of their code.
    pub features: Vec<String>,
}

/// A file that nodes were started from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProgramFile {
    /// What it is to the program.
    pub role: FileRole,
    /// Where it is.
    pub path: String,
    /// Its length.
    pub bytes: u64,
    /// The hash of its content; empty where it could not be read.
    pub hash: String,
}

/// What a file is to the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FileRole {
    /// What was given as `--bin`.
    Program,
    /// What runs it.
    Interpreter,
    /// An argument that is a file.
    Argument,
}

impl FileRole {
    fn word(self) -> &'static str {
        match self {
            Self::Program => "program",
            Self::Interpreter => "interpreter",
            Self::Argument => "argument",
        }
    }
}

impl EnvironmentDocument {
    /// The name of the format.
    pub const SCHEMA: &'static str = "splitbrain/environment/1";

    /// What is different now, a sentence without a full stop for each; the likeliest reasons for
    /// another outcome come first.
    #[must_use]
    pub fn changes_to(&self, now: &Self) -> Vec<String> {
        let mut changes = file_changes(&self.program, &now.program);
        changes.extend(variable_changes(&self.variables, &now.variables));
        if self.harness != now.harness {
            changes.push(changed(
                "Splitbrain",
                &self.harness.shown(),
                &now.harness.shown(),
            ));
        }
        let facts = [
            ("the clock", &self.time, &now.time),
            ("the kernel", &self.kernel, &now.kernel),
            ("the processor", &self.processor.model, &now.processor.model),
        ];
        for (what, was, is) in facts {
            if was != is {
                changes.push(changed(what, was, is));
            }
        }
        let (was, is) = (&self.processor.features, &now.processor.features);
        changes.extend(set_changes("the processor now has", is, was));
        changes.extend(set_changes("the processor no longer has", was, is));
        if self.visible_cpus != now.visible_cpus {
            let (was, is) = (self.visible_cpus, now.visible_cpus);
            let what = "the number of processors that programs see";
            changes.push(changed(what, &was.to_string(), &is.to_string()));
        }
        if self.rights != now.rights {
            let (was, is) = (self.rights.join(", "), now.rights.join(", "));
            changes.push(changed("what this process may do", &was, &is));
        }
        changes
    }
}

impl Harness {
    fn shown(&self) -> String {
        format!("{} ({})", self.version, short(&self.hash))
    }
}

impl ProgramFile {
    fn shown(&self) -> String {
        match self.hash.as_str() {
            "" => "unreadable".to_owned(),
            hash => format!("{} ({} bytes)", short(hash), self.bytes),
        }
    }
}

fn changed(what: &str, was: &str, is: &str) -> String {
    format!("{what} changed: it was {was} and is now {is}")
}

/// So much of a hash as people compare.
fn short(hash: &str) -> &str {
    let digits = hash.strip_prefix("blake3:").unwrap_or(hash);
    digits.get(..12).unwrap_or("unknown")
}

/// Files are compared by what they are to the program, in order.
fn file_changes(was: &[ProgramFile], is: &[ProgramFile]) -> Vec<String> {
    let mut changes = Vec::new();
    for role in [FileRole::Program, FileRole::Interpreter, FileRole::Argument] {
        let word = role.word();
        let of = |files: &[ProgramFile]| -> Vec<ProgramFile> {
            files.iter().filter(|f| f.role == role).cloned().collect()
        };
        let (was, is) = (of(was), of(is));
        for i in 0..was.len().max(is.len()) {
            changes.extend(match (was.get(i), is.get(i)) {
                (Some(a), Some(b)) if a.hash != b.hash && a.path == b.path => Some(format!(
                    "the {word} changed: {} was {} and is now {}",
                    a.path,
                    a.shown(),
                    b.shown()
                )),
                (Some(a), Some(b)) if a.hash != b.hash => Some(format!(
                    "the {word} is another file: it was {} {} and is now {} {}",
                    a.path,
                    a.shown(),
                    b.path,
                    b.shown()
                )),
                (Some(a), None) => Some(format!("the {word} {} is gone", a.path)),
                (None, Some(b)) => Some(format!("the {word} {} is new", b.path)),
                _ => None,
            });
        }
    }
    changes
}

fn variable_changes(was: &BTreeMap<String, String>, is: &BTreeMap<String, String>) -> Vec<String> {
    let mut names: Vec<&String> = was.keys().chain(is.keys()).collect();
    names.sort();
    names.dedup();
    let change = |name: &String| match (was.get(name), is.get(name)) {
        (Some(a), Some(b)) if a != b => Some(changed(
            &format!("the variable {name}"),
            &format!("`{a}`"),
            &format!("`{b}`"),
        )),
        (Some(_), None) => Some(format!("the variable {name} is gone")),
        (None, Some(b)) => Some(format!("the variable {name} is new: `{b}`")),
        _ => None,
    };
    names.into_iter().filter_map(change).collect()
}

/// Those of the one list that the other lacks.
fn set_changes(what: &str, these: &[String], those: &[String]) -> Option<String> {
    let more: Vec<&str> = these
        .iter()
        .filter(|f| !those.contains(f))
        .map(String::as_str)
        .collect();
    (!more.is_empty()).then(|| format!("{what} {}", more.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::sample;

    #[test]
    fn nothing_changed() {
        assert_eq!(
            sample::environment().changes_to(&sample::environment()),
            Vec::<String>::new()
        );
    }

    #[test]
    fn every_change_is_told() {
        let then = sample::environment();
        let mut now = then.clone();
        now.harness.version = "0.2.0".to_owned();
        now.time = "real".to_owned();
        now.kernel = "Linux 7.0.1".to_owned();
        now.processor = Processor {
            model: "Another One".to_owned(),
            features: vec!["avx2".to_owned(), "avx512f".to_owned()],
        };
        now.visible_cpus = 4;
        now.rights = vec!["user 1000".to_owned()];
        now.program[0].hash = format!("blake3:{}", "ab".repeat(32));
        now.program[0].bytes = 1240;
        now.program[1].path = "/usr/local/bin/python3".to_owned();
        now.program[1].hash = String::new();
        now.program.pop();
        now.variables = [("LANG".to_owned(), "de_DE.UTF-8".to_owned())].into();
        insta::assert_snapshot!(then.changes_to(&now).join("\n"));
    }
}
