//! Every starter is written and run, where its language is installed.

use super::*;
use serde_json::{Value, json};
use std::io::Write;
use std::process::{Command, Stdio};

const RPCS: &[Rpc<'_>] = &[Rpc {
    doc: "Answers with what was sent.",
    request: r#"{"type":"echo","echo":"hi"}"#,
    reply: r#"{"type":"echo_ok","echo":"hi"}"#,
}];

const INPUT: &str = r#"{"id":1,"src":"c0","dest":"n0","body":{"type":"init","msg_id":1,"node_id":"n0","node_ids":["n0","n1"]}}
{"id":2,"src":"c1","dest":"n0","body":{"type":"echo","msg_id":2,"echo":"hi"}}
{"id":3,"src":"n1","dest":"n0","body":{"type":"x_ok","in_reply_to":0}}
{"id":4,"src":"n1","dest":"n0","body":{"type":"gossip"}}

{"id":5,"src":"c1","dest":"n0","body":{"type":"echo","msg_id":7,"echo":"hi"}}
"#;

/// A directory of its own, removed at the end.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let name = format!("splitbrain-starter-{name}-{}", std::process::id());
        let dir = std::env::temp_dir().join(name);
        let _ = std::fs::remove_dir_all(&dir);
        Self(dir)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn written(name: &str) -> Place {
    let place = Place::new(name);
    let files = write(language(name).unwrap(), "echo", RPCS, &place.0).unwrap();
    assert!(files.iter().all(|file| file.is_file()));
    place
}

/// Feeds the node at `bin` and checks what it writes.
fn check(place: &Place, bin: &str) {
    let mut child = Command::new(place.0.join(bin))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(INPUT.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let log = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{log}");
    assert!(log.contains("I am n0 of"), "{log}");
    let lines: Vec<Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        lines.len(),
        3,
        "init and two requests are answered: {lines:?}"
    );
    let init_ok = json!({"src": "n0", "dest": "c0",
        "body": {"type": "init_ok", "in_reply_to": 1, "msg_id": 0}});
    assert_eq!(lines[0], init_ok);
    for (line, request) in [(&lines[1], 2), (&lines[2], 7)] {
        assert_eq!(line["dest"], "c1");
        assert_eq!(line["body"]["type"], "error");
        assert_eq!(line["body"]["code"], 10);
        assert_eq!(line["body"]["in_reply_to"], request);
        assert_eq!(line["body"]["text"], "this node does not know echo");
    }
}

/// Whether a program is there. If not, the test is skipped, and `make test` lists it.
fn is_installed(program: &str, argument: &str) -> bool {
    let found = Command::new(program).arg(argument).output().is_ok();
    if !found {
        let test = std::thread::current();
        let test = test.name().unwrap_or("a starter's test");
        note_skipped(&format!("SKIPPED: {test}: {program} is not installed"));
    }
    found
}

/// Says it in the file that `make test` shows at its end; runners swallow what passing tests print.
fn note_skipped(line: &str) {
    eprintln!("{line}");
    if let Some(path) = std::env::var_os("SPLITBRAIN_SKIPPED") {
        let file = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(path);
        writeln!(file.unwrap(), "{line}").unwrap();
    }
}

#[test]
fn python_answers_init_and_refuses_the_rest() {
    if is_installed("python3", "--version") {
        check(&written("python"), "node.py");
    }
}

#[test]
fn javascript_answers_init_and_refuses_the_rest() {
    if is_installed("node", "--version") {
        check(&written("javascript"), "node.mjs");
    }
}

#[test]
fn go_answers_init_and_refuses_the_rest() {
    if is_installed("go", "version") {
        let place = written("go");
        build(&place, "go", &["build", "-o", "node", "."]);
        check(&place, "node");
    }
}

#[test]
#[ignore = "builds a package with a dependency"]
fn rust_answers_init_and_refuses_the_rest() {
    let place = written("rust");
    build(&place, "cargo", &["build", "--release", "--offline"]);
    check(&place, "target/release/node");
}

fn build(place: &Place, program: &str, args: &[&str]) {
    let status = Command::new(program)
        .args(args)
        .env_remove("CARGO_TARGET_DIR")
        .current_dir(&place.0)
        .status();
    assert!(status.unwrap().success());
}

#[test]
fn nothing_that_is_there_is_overwritten() {
    let place = written("rust");
    let error = write(language("go").unwrap(), "echo", RPCS, &place.0).expect_err("README.md");
    assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
    assert!(!place.0.join("main.go").exists(), "nothing was written");
}

#[test]
fn the_requests_are_listed_where_they_are_to_be_added() {
    for language in LANGUAGES {
        for file in language.files.iter().map(|file| file.text).chain([README]) {
            let text = fill(file, language, "echo", RPCS);
            assert!(!text.contains("{{"), "{text}");
        }
        let source = fill(language.files[0].text, language, "echo", RPCS);
        assert!(source.contains(r#"  request: {"type":"echo","echo":"hi"}"#));
        let readme = fill(README, language, "echo", RPCS);
        assert!(readme.contains(&format!("splitbrain grade echo --bin {}", language.bin)));
    }
}
