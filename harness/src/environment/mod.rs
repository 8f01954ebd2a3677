//! Finds out what a run stands on: this program, the machine, the files that nodes start from.
//!
//! Whatever cannot be found out is left empty: a fingerprint that lacks something is better than a
//! run that is refused.

mod files;
mod machine;

use std::collections::BTreeMap;
use std::ffi::CString;
use std::path::{Path, PathBuf};

use results::document::{EnvironmentDocument, Harness};

use crate::drive::node_environment;
use crate::supervisor::Program;

/// What is known to the one who runs the nodes.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// What gives them their time: `real`, or the name and version of the virtual clock.
    pub time: &'a str,
    /// How many processors they see.
    pub visible_cpus: u32,
    /// The environment variables that they all get.
    pub variables: &'a BTreeMap<String, String>,
    /// From where paths of the program hold.
    pub directory: &'a Path,
    /// Where the nodes' directories are, where that differs from run to run.
    pub nodes_dir: Option<&'a Path>,
}

/// Variables that decide how a program runs. Others may be secrets, and a real run does not repeat
/// anyway.
const TELLING: &[&str] = &["LANG", "LC_ALL", "PATH", "PYTHONHASHSEED", "TZ"];

/// What a run in real time stands on: nodes get all variables of this process; the telling ones
/// and those that were added for them are kept.
#[must_use]
pub fn of_real_run(program: &Program, nodes_dir: &Path) -> EnvironmentDocument {
    let own = TELLING.iter().filter_map(|name| {
        let value = std::env::var(name).ok()?;
        Some(((*name).to_owned(), value))
    });
    let variables = own.chain(program.env.iter().cloned()).collect();
    let cpus = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let known = Known {
        time: "real",
        visible_cpus: u32::try_from(cpus).unwrap_or(u32::MAX),
        variables: &variables,
        directory: &std::env::current_dir().unwrap_or_default(),
        nodes_dir: Some(nodes_dir),
    };
    observe(program, known)
}

/// The name and version of the virtual clock. A new number when the same seed and the same program
/// give other bytes than before.
const VIRTUAL_CLOCK: &str = "vtime/1";

/// What a run in virtual time stands on. Nodes see a small environment, and directories whose path
/// is always the same.
#[must_use]
pub fn of_virtual_run(program: &Program) -> EnvironmentDocument {
    let here = std::env::current_dir().unwrap_or_default();
    let bin = program.anchored(&here).bin;
    let lines = node_environment::environment(std::env::vars_os(), &program.env, &bin);
    let variable = |line: CString| {
        let line = line.to_string_lossy();
        let (name, value) = line.split_once('=')?;
        Some((name.to_owned(), value.to_owned()))
    };
    let known = Known {
        time: VIRTUAL_CLOCK,
        visible_cpus: vtime::Settings::default().visible_cpus,
        variables: &lines.into_iter().filter_map(variable).collect(),
        directory: &here,
        nodes_dir: None,
    };
    observe(program, known)
}

/// What a run of this program stands on, here and now.
#[must_use]
pub fn observe(program: &Program, known: Known<'_>) -> EnvironmentDocument {
    EnvironmentDocument {
        schema: EnvironmentDocument::SCHEMA.to_owned(),
        harness: Harness {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            hash: files::hash_of_this_program(),
        },
        time: known.time.to_owned(),
        kernel: machine::kernel(),
        processor: machine::processor(),
        visible_cpus: known.visible_cpus,
        rights: machine::rights(),
        directory: known.directory.to_string_lossy().into_owned(),
        program: files::files_of(&program.anchored(known.directory)),
        variables: known.variables.clone(),
        nodes_dir: known
            .nodes_dir
            .map(|path| full(path).to_string_lossy().into_owned()),
    }
}

fn full(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use results::document::FileRole;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_script_is_known_with_its_interpreters_and_files() {
        let dir = tempfile::tempdir().expect("a directory");
        let script = dir.path().join("node.sh");
        std::fs::write(&script, "#!/usr/bin/env sh\necho\n").expect("written");
        let executable = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(&script, executable).expect("executable");
        std::fs::write(dir.path().join("config"), "x=1").expect("written");
        let program = Program {
            bin: script.clone(),
            args: vec!["-v".to_owned(), "config".to_owned()],
            env: Vec::new(),
            dir: None,
        };
        let seen = || {
            let known = Known {
                time: "real",
                visible_cpus: 2,
                variables: &BTreeMap::new(),
                directory: dir.path(),
                nodes_dir: Some(dir.path()),
            };
            observe(&program, known)
        };
        let before = seen();
        let roles: Vec<FileRole> = before.program.iter().map(|f| f.role).collect();
        use FileRole::{Argument, Interpreter, Program as Itself};
        assert_eq!(roles, [Itself, Interpreter, Interpreter, Argument]);
        assert!(before.program[1].path.ends_with("/env"));
        assert!(before.program[2].path.ends_with("/sh"));
        assert!(before.program.iter().all(|f| f.hash.starts_with("blake3:")));
        assert!(!before.kernel.is_empty() && !before.harness.hash.is_empty());
        assert_eq!(before, seen());

        std::fs::write(&script, "#!/usr/bin/env sh\necho 2\n").expect("written");
        let changes = before.changes_to(&seen());
        assert_eq!(changes.len(), 1, "{changes:?}");
        assert!(
            changes[0].starts_with("the program changed: "),
            "{changes:?}"
        );
    }
}
