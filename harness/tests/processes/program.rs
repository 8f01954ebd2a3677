//! Programs as students write them, each in a directory of its own that goes away with it.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use tempfile::TempDir;

/// A program and the directory that also takes the record of its runs.
pub(crate) struct Program {
    dir: TempDir,
    pub(crate) path: PathBuf,
    pub(crate) args: Vec<String>,
}

impl Program {
    /// A file of this name and content that may be executed.
    pub(crate) fn file(name: &str, text: &str) -> Self {
        let program = Self::missing(name);
        fs::write(&program.path, text).expect("the program is written");
        program.set_mode(0o755);
        program
    }

    /// The path of a file that is not there.
    pub(crate) fn missing(name: &str) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join(name);
        Self {
            dir,
            path,
            args: Vec::new(),
        }
    }

    /// A reference node of the binary under test.
    pub(crate) fn reference(node: &str) -> Self {
        let mut program = Self::missing("unused");
        program.path = super::run::BINARY.into();
        program.args = vec!["node".to_owned(), node.to_owned()];
        program
    }

    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn set_mode(&self, mode: u32) {
        fs::set_permissions(&self.path, fs::Permissions::from_mode(mode)).expect("permissions");
    }
}

/// What every Python node of these tests begins with. `on` gets all but `init`; `count` says which
/// request of this process it is, from 1.
const PRELUDE: &str = r#"
import json, os, signal, sys, time
me, peers, count = None, [], 0

def write(text):
    sys.stdout.write(text)
    sys.stdout.flush()

def send(dest, body):
    write(json.dumps({"src": me, "dest": dest, "body": body}) + "\n")

def reply(m, body):
    send(m["src"], dict(body, in_reply_to=m["body"]["msg_id"]))

def echo(m):
    reply(m, {"type": "echo_ok", "echo": m["body"]["echo"]})

def on_init(m):
    reply(m, {"type": "init_ok"})
"#;

const LOOP: &str = r#"
for line in sys.stdin:
    m = json.loads(line)
    if m["body"]["type"] == "init":
        me, peers = m["body"]["node_id"], m["body"]["node_ids"]
        on_init(m)
    else:
        count += 1
        on(m)
"#;

/// A Python node that answers `init` and handles the rest by `def on(m)`; nothing, and a note,
/// where Python is not installed.
pub(crate) fn python(functions: &str) -> Option<Program> {
    python_file("node.py", &format!("{PRELUDE}\n{functions}\n{LOOP}"))
}

/// A Python program exactly as it stands here, but for its first line.
pub(crate) fn python_file(name: &str, text: &str) -> Option<Program> {
    let interpreter = python_interpreter()?;
    Some(Program::file(name, &format!("#!{interpreter}\n{text}")))
}

/// The interpreter itself: `python3` may be a wrapper, which takes longer to start.
fn python_interpreter() -> Option<&'static str> {
    static FOUND: OnceLock<Option<String>> = OnceLock::new();
    let find = || {
        let asked = Command::new("python3")
            .args(["-c", "import sys; print(sys.executable)"])
            .output();
        let text = String::from_utf8(asked.ok()?.stdout).ok()?;
        Some(text.trim().to_owned()).filter(|path| !path.is_empty())
    };
    let found = FOUND.get_or_init(find).as_deref();
    if found.is_none() {
        note_skipped("python3 is not installed");
    }
    found
}

/// Says which test did not run and why, also in the file that `make test` shows at its end.
#[expect(clippy::print_stderr, reason = "for those who run this test alone")]
pub(crate) fn note_skipped(reason: &str) {
    let test = std::thread::current();
    let line = format!("SKIPPED: {}: {reason}", test.name().unwrap_or("a test"));
    eprintln!("{line}");
    if let Some(path) = std::env::var_os("SPLITBRAIN_SKIPPED") {
        let file = fs::OpenOptions::new().create(true).append(true).open(path);
        writeln!(file.expect("the list of skipped tests"), "{line}").expect("written");
    }
}
