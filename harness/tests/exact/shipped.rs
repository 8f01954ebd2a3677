//! What ships with Splitbrain repeats as well: the reference nodes and the starters.

use std::path::{Path, PathBuf};
use std::process::Command;

use nodes::NODES;
use nodes::starters::{LANGUAGES, Language};
use workloads::WORKLOADS;

use super::programs::{Ready, succeed, tool};
use super::run::{BINARY, first_difference, run, virtual_time};
use super::{check_repeats, scratch, skip};

const SHORT: &[&str] = &["--node-count=3", "--rate=20", "--time-limit=5"];

fn flags<'a>(workload: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["--workload", workload], SHORT, more].concat()
}

#[test]
fn reference_nodes_repeat() {
    if let Err(reason) = virtual_time() {
        return skip::note(&reason);
    }
    let mut complaints = Vec::new();
    for node in NODES {
        let ready = Ready {
            bin: BINARY.into(),
            args: vec!["node".to_owned(), node.name.to_owned()],
        };
        let faults = [
            "--nemesis=partition,loss,kill,pause",
            "--nemesis-interval=1",
        ];
        let dir = scratch("nodes").join(node.name);
        let found = check_repeats(&ready, &flags(node.name, &faults), &dir);
        complaints.extend(found.into_iter().map(|c| format!("{}: {c}", node.name)));
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn starters_repeat() {
    if let Err(reason) = virtual_time() {
        return skip::note(&reason);
    }
    let root = scratch("starters");
    // What was written there by an earlier run would stop `splitbrain new`.
    if root.exists() {
        std::fs::remove_dir_all(&root).expect("earlier starters are gone");
    }
    let mut complaints = Vec::new();
    for language in LANGUAGES {
        // They differ in comments only, so that compiled ones need not all be built.
        let all = if language.build.is_none() {
            WORKLOADS
        } else {
            &WORKLOADS[..1]
        };
        for workload in all {
            let name = workload.info().name;
            let dir = root.join(format!("{}-{name}", language.name));
            match started(language, name, &dir) {
                Ok(bin) => complaints.extend(differs(&bin, name, &dir)),
                Err(reason) => skip::note(&format!("{}: {reason}", language.name)),
            }
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// Writes a starter and builds it.
fn started(language: &Language, workload: &str, dir: &Path) -> Result<PathBuf, String> {
    let needed = match language.name {
        "python" => ("python3", "--version"),
        "javascript" => ("node", "--version"),
        "go" => ("go", "version"),
        _ => ("cargo", "--version"),
    };
    tool(needed.0, &[needed.1])?;
    succeed(
        Command::new(BINARY)
            .args(["new", language.name, workload])
            .arg(dir),
    );
    if let Some(build) = language.build {
        let mut command = Command::new("sh");
        // Its packages are those of this workspace, which are here.
        command
            .env("CARGO_NET_OFFLINE", "true")
            .env("GOFLAGS", "-buildvcs=false");
        succeed(command.args(["-c", build]).current_dir(dir));
    }
    Ok(dir.join(language.bin))
}

/// A starter refuses everything but `init`, so its runs cannot be valid; they repeat all the same.
fn differs(bin: &Path, workload: &str, dir: &Path) -> Option<String> {
    let ready = Ready {
        bin: bin.to_owned(),
        args: Vec::new(),
    };
    let flags = flags(workload, &[]);
    let [first, again] = ["first", "again"].map(|name| run(&ready, &flags, 1, &dir.join(name)));
    let named = |what: &str| Some(format!("{}: {what}", bin.display()));
    if first.level() != "exact" {
        return named(&first.to_string());
    }
    if first.journal_hash() != again.journal_hash() {
        return named(&first_difference(&first, &again).unwrap_or_default());
    }
    None
}
