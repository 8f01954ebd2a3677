//! `splitbrain doctor`: what this machine allows, tried rather than guessed.

use std::process::{Command, Stdio};

use results::Exit;

use super::Failure;
use super::output::Output;
use crate::supervisor::{Limits, Supervisor};

/// Interpreters that student programs often need, and the package that has them.
const INTERPRETERS: &[(&str, &str)] = &[
    ("python3", "python3"),
    ("node", "nodejs"),
    ("go", "golang-go"),
    ("ruby", "ruby"),
];

pub(super) fn run(output: &Output) -> Result<Exit, Failure> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let mut rows = vec![
        ("cores".to_owned(), cores.to_string()),
        (
            "time".to_owned(),
            "real (virtual time is not part of this version)".to_owned(),
        ),
        ("orphans".to_owned(), orphans()),
        ("open files".to_owned(), open_files()),
    ];
    rows.extend(
        INTERPRETERS
            .iter()
            .map(|(program, package)| interpreter(program, package)),
    );
    output.print(&output.list(["what", "here"], &rows))?;
    Ok(Exit::Valid)
}

/// Whether processes that leave their group can still be found and killed.
fn orphans() -> String {
    let here = std::env::temp_dir();
    let (events, _) = tokio::sync::mpsc::channel(1);
    let program = crate::supervisor::Program {
        bin: "true".into(),
        args: vec![],
        env: vec![],
    };
    match Supervisor::new(&program, &here, &[], Limits::default(), events) {
        Ok(_) => "children of nodes are found and killed, also those that detach".to_owned(),
        Err(error) => format!("children of nodes that detach may survive: {error}"),
    }
}

/// Every node needs three pipes.
fn open_files() -> String {
    use nix::sys::resource::{Resource, getrlimit};
    match getrlimit(Resource::RLIMIT_NOFILE) {
        Ok((soft, _)) => format!(
            "{soft}, enough for about {} nodes",
            soft.saturating_sub(40) / 6
        ),
        Err(error) => format!("unknown: {error}"),
    }
}

fn interpreter(program: &str, package: &str) -> (String, String) {
    let version = Command::new(program)
        .arg(if program == "go" {
            "version"
        } else {
            "--version"
        })
        .stdin(Stdio::null())
        .output();
    let text = match version {
        Ok(out) if out.status.success() => String::from_utf8_lossy(&out.stdout).trim().to_owned(),
        _ => format!("not here; programs that need it: apt-get install {package}"),
    };
    (program.to_owned(), text)
}
