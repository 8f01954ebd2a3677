//! Virtual time where not everything is allowed: for a user without rights, and in a container.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use super::program::{Program, note_skipped};
use super::run::{BINARY, Outcome, Run};

/// A user who owns nothing.
const NOBODY: &[&str] = &[
    "setpriv",
    "--reuid=65534",
    "--regid=65534",
    "--clear-groups",
    "--no-new-privs",
    "--inh-caps=-all",
    "--bounding-set=-all",
];

/// The reference node by a copy of the binary that anybody may run; interpreters may be where only
/// their owner may go.
fn for_everybody() -> Program {
    let mut program = Program::missing("splitbrain");
    fs::copy(BINARY, &program.path).expect("a copy");
    for path in [program.dir(), &program.path] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o777)).expect("permissions");
    }
    program.args = vec!["node".to_owned(), "broadcast".to_owned()];
    program
}

fn outcome(program: &Program, under: &[&str], seed: &str) -> Outcome {
    let run = Run::of("broadcast", program)
        .with("--node-count", "3")
        .with("--time-limit", "5")
        .with("--nemesis", "partition,kill,pause")
        .with("--nemesis-interval", "1")
        .with("--time", "virtual")
        .with("--seed", seed)
        .under(under, &program.path);
    let outcome = run.done();
    fs::remove_dir_all(&outcome.dir).unwrap_or_default();
    outcome
}

fn hash(outcome: &Outcome) -> &str {
    outcome.document["journal_hash"]
        .as_str()
        .unwrap_or_default()
}

fn is_root() -> bool {
    nix::unistd::geteuid().is_root()
}

#[test]
fn a_user_without_rights_gets_the_same_bytes_as_anybody() {
    if !is_root() {
        return note_skipped("only root can become another user");
    }
    let program = for_everybody();
    let nobody = outcome(&program, NOBODY, "7");
    nobody.assert_valid();
    assert_eq!(
        nobody.document["level"], "exact",
        "{}",
        nobody.document["level_why"]
    );
    let root = outcome(&program, &[], "7");
    root.assert_valid();
    assert_eq!(hash(&nobody), hash(&root));
    assert_ne!(hash(&nobody), hash(&outcome(&program, NOBODY, "8")));
}

#[test]
fn in_a_container_time_is_virtual_and_the_report_says_what_is_missing() {
    let program = for_everybody();
    let container = program.dir().join("container");
    let source = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/processes/restricted/container.c"
    );
    let built = Command::new("cc")
        .args(["-O1", source, "-o"])
        .arg(&container)
        .status();
    if !built.is_ok_and(|status| status.success()) {
        return note_skipped("cc is not installed");
    }
    let container = container.to_string_lossy().into_owned();
    let under: Vec<&str> = if is_root() {
        NOBODY.iter().copied().chain([&*container]).collect()
    } else {
        vec![&container]
    };
    let one = outcome(&program, &under, "7");
    one.assert_valid();
    assert_eq!(one.document["time_mode"], "virtual");
    assert_eq!(one.document["level"], "virtual");
    let why = one.document["level_why"].to_string();
    assert!(why.contains("addresses of memory differ"), "{why}");
    // The node shows no addresses, so it repeats all the same.
    assert_eq!(hash(&one), hash(&outcome(&program, &under, "7")));
}
