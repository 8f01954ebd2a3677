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
    let mut rows = vec![("cores".to_owned(), cores.to_string())];
    rows.extend(time());
    rows.extend([
        ("orphans".to_owned(), orphans()),
        ("open files".to_owned(), open_files()),
    ]);
    rows.extend(
        INTERPRETERS
            .iter()
            .map(|(program, package)| interpreter(program, package)),
    );
    output.print(&output.list(["what", "here"], &rows))?;
    Ok(Exit::Valid)
}

/// Which clock runs can have, and what keeps them from being exact.
fn time() -> Vec<(String, String)> {
    let row = |what: &str, here: &str| (what.to_owned(), here.to_owned());
    let abilities = match vtime::probe() {
        Ok(abilities) => abilities,
        Err(vtime::Error::Unavailable { what, hint }) => {
            return vec![row("time", "real only"), row("", &what), row("", &hint)];
        }
        Err(error) => return vec![row("time", &format!("real only: {error}"))],
    };
    let exact = abilities.fixed_addresses && abilities.hides_time_stamp;
    let level = if exact {
        "virtual, exact"
    } else {
        "virtual, not exact"
    };
    let mut rows = vec![row("time", level)];
    if !abilities.fixed_addresses {
        rows.push(row(
            "",
            "programs that show addresses of memory (many in Node.js and Ruby) do not \
                           repeat; in Docker add --security-opt seccomp=unconfined",
        ));
    }
    if !abilities.hides_time_stamp {
        rows.push(row(
            "",
            "programs that read the processor's time stamp do not repeat (many in Go)",
        ));
    }
    if !abilities.hides_random_numbers {
        rows.push(row(
            "",
            "programs that use the processor's random numbers (RDRAND, as C++'s \
                           std::random_device does) do not repeat: this processor cannot hide them",
        ));
    }
    if !abilities.looks_from_outside {
        rows.push(row("", "somewhat slower: pidfd_getfd is forbidden here"));
    }
    rows
}

/// Whether processes that leave their group can still be found and killed.
fn orphans() -> String {
    let here = std::env::temp_dir();
    let (events, _) = tokio::sync::mpsc::channel(1);
    let program = crate::supervisor::Program {
        bin: "true".into(),
        args: vec![],
        env: vec![],
        dir: None,
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
