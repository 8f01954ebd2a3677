//! The replica and the client in Go: they are in order, do the same as those in Rust, and work with
//! them.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cluster::{CLIENT, Cluster, Program, REPLICA};

const PROGRAMS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/programs/quorum-go");

/// Runs a tool of Go in the directory of a program; returns what it says.
fn go(program: &str, tool: &str, arguments: &[&str]) -> String {
    let mut command = Command::new(tool);
    command
        .args(arguments)
        .current_dir(Path::new(PROGRAMS).join(program));
    let output = command.output().expect("Go is there");
    assert!(output.status.success(), "{program}: {output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Compiles a program.
fn built(program: &str) -> Program {
    let to = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("quorum-go-{program}"));
    let path = to.to_str().expect("UTF-8");
    go(program, "go", &["build", "-o", path, "."]);
    Program::At(PathBuf::from(path))
}

/// Whether Go is missing, which is noted.
fn is_missing() -> bool {
    if Command::new("go").arg("version").output().is_ok() {
        return false;
    }
    if let Some(path) = std::env::var_os("SPLITBRAIN_SKIPPED") {
        let file = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(path);
        let note = "SKIPPED: quorum in_go: go is not installed";
        writeln!(file.expect("the list of what was skipped"), "{note}").expect("noted");
    }
    true
}

#[test]
fn the_three_replicas_are_the_same() {
    let text = |peer| std::fs::read_to_string(format!("{PROGRAMS}/{peer}/main.go"));
    let [a, b, c] = ["peer0", "peer1", "peer2"].map(|peer| text(peer).expect("a program"));
    assert!(
        a == b && b == c,
        "copy nodes/programs/quorum-go/peer0/main.go to the others"
    );
}

#[test]
#[ignore = "compiles"]
fn they_are_formatted_and_have_no_obvious_mistakes() {
    if is_missing() {
        return;
    }
    for program in ["peer0", "peer1", "peer2", "client"] {
        assert_eq!(go(program, "gofmt", &["-l", "."]), "", "{program}");
        go(program, "go", &["vet", "."]);
    }
}

#[test]
#[ignore = "compiles"]
fn they_do_the_same_as_those_in_rust_and_work_with_them() {
    if is_missing() {
        return;
    }
    let (replica, client) = (built("peer0"), built("client"));
    let in_go = || replica.clone();
    let mixtures = [
        [in_go(), in_go(), in_go()],
        [in_go(), REPLICA, in_go()],
        [REPLICA, in_go(), REPLICA],
    ];
    for (number, programs) in (0..).zip(mixtures) {
        for client in [&client, &CLIENT] {
            let mut cluster = Cluster::new(&format!("quorum-go-{number}"));
            cluster.programs = programs.clone();
            (0..3).for_each(|at| cluster.start(at));
            assert_eq!(cluster.result_of(client), "k1=alpha\nk2=beta\n");
            // What this program says in one language, the others understand.
            assert_eq!(cluster.put(2, "a%2Fb", "\"x\" <\n").0, 200);
            for at in 0..3 {
                assert_eq!(cluster.get(at, "a%2Fb"), (200, "\"x\" <\n".into()));
                assert_eq!(cluster.get(at, "none").0, 404);
            }
            cluster.kill(0);
            assert_eq!(cluster.put(1, "k1", "second"), (200, "2-peer1".into()));
            cluster.kill(2);
            assert_eq!(cluster.get(1, "k1").0, 503);
            cluster.kill(1);
            // Each finds its storage again, and so does one in the other language.
            cluster.programs.rotate_left(1);
            (0..2).for_each(|at| cluster.start(at));
            assert_eq!(cluster.get(0, "k1"), (200, "second".into()));
        }
    }
}
